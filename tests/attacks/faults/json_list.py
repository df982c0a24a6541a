"""Is JSON, but not a notebook."""
# loses: double-hidden, treble-hidden
# says: is JSON but not a notebook
def damage(notebook):
    return b"[1, 2, 3]"
