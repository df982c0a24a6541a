"""Hands in a megabyte of code in one cell: the journal, the judge and the browser would carry it along."""
# loses: treble-hidden
# says: more than 1,000,000 characters
def damage(notebook):
    for cell in notebook["cells"]:
        if cell["id"] == "treble":
            cell["source"] += "\n" + "#" * 1_100_000
    return notebook
