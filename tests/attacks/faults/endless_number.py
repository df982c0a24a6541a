"""Holds a number of a million digits, which takes hours to read."""
# loses: double-hidden, treble-hidden
# says: cannot be read: Exceeds the limit
import json
def damage(notebook):
    return json.dumps(notebook).replace('"nbformat_minor": 5', '"nbformat_minor": ' + "9" * 1_000_000).encode()
