"""Is written in UTF-16, as some editors do."""
# loses: double-hidden, treble-hidden
# says: cannot be read
import json
def damage(notebook):
    return json.dumps(notebook).encode("utf-16")
