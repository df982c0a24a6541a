"""Hands in a notebook of 200 MB, most of it a picture in an output."""
# loses: double-hidden, treble-hidden
# says: has 200 MB; at most 50 MB are read
import json
def damage(notebook):
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 200_000_000}}
    notebook["cells"][1]["outputs"] = [picture]
    return json.dumps(notebook).encode()
