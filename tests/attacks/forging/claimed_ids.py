"""Drops all metadata and gives the hidden tests' ids to cells that pass."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        if cell["id"].endswith("-hidden"):
            cell["source"] = "pass"
    return notebook
