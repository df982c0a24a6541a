"""Is empty."""
# loses: double-hidden, treble-hidden
# says: is not JSON
def damage(notebook):
    return b""
