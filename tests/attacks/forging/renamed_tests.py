"""Calls a cell that passes by the hidden test's name."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    cells["double-visible"]["metadata"]["nbgrader"].update(grade_id="double-hidden", points=3)
    cells["double-visible"]["id"] = "double-hidden"
    cells["double-visible"]["source"] = "pass"
    return notebook
