"""Is nested a hundred thousand deep: whoever reads it runs out of stack."""
# loses: double-hidden, treble-hidden
# says: cannot be read
def damage(notebook):
    return b"[" * 100_000 + b"]" * 100_000
