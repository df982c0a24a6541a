"""Gives metadata, ids and tags types that nobody expects: a crash might pass for a pass."""
# loses: double-hidden, treble-hidden
# says: was missing; put back
def damage(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = [{"nbgrader": [1, 2], "tags": 7}, {"nbgrader": {"grade_id": ["double"]}}, [], "x", None][number % 5]
        cell["id"] = [{"a": 1}, None, 7, "double", ""][number % 5]
    notebook["metadata"] = "none"
    return notebook
