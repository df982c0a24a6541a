"""Hands in a few megabytes of brackets, each of which becomes an object of a hundred bytes, copied some ten times."""
# loses: double-hidden, treble-hidden
# says: more than 2,000,000 parts
import json
def damage(notebook):
    notebook["metadata"]["x"] = "@"
    return json.dumps(notebook).replace('"@"', "[" + "{}," * 1_500_000 + "0]").encode()
