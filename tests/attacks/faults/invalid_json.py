"""Is cut off in the middle, as by a full disk."""
# loses: double-hidden, treble-hidden
# says: is not JSON
import json
def damage(notebook):
    return json.dumps(notebook).encode()[:-200]
