"""Gives a test that it passes a hundred points."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["points"] = 100
        if cell["id"] == "double-visible":
            cell["source"] = "pass"
    return notebook
