"""Is a megabyte of zeros with the right name."""
# loses: double-hidden, treble-hidden
# says: is not JSON
def damage(notebook):
    return bytes(1_000_000)
