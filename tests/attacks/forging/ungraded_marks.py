"""Marks its tests as ungraded, and by a schema of the future that stops nbgrader's whole batch."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).update(grade=False, schema_version=99)
    return notebook
