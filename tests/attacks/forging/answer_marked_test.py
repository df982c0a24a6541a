"""Marks its own answer as a graded test worth points."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    for cell in notebook["cells"]:
        if cell["id"] in ("double", "treble"):
            cell["metadata"]["nbgrader"].update(grade=True, points=50, solution=False, locked=True)
    return notebook
