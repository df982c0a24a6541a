"""Removes the tests: what is not there cannot fail."""
# loses: double-hidden, treble-hidden
# says: cell double-hidden was missing; put back
def damage(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["id"].endswith("-hidden")]
    return notebook
