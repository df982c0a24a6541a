"""Replaces the tests' text by one that passes."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    for cell in notebook["cells"]:
        if cell["id"].endswith("-hidden"):
            cell["source"] = "pass"
    return notebook
