"""Drops metadata and ids, so that texts decide, and adds cells that look like the hidden tests and pass."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    looks = [cell["source"] for cell in notebook["cells"] if cell["id"].endswith("-hidden")]
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    notebook["cells"] += [code | {"source": source} for source in looks]
    for number, cell in enumerate(notebook["cells"]):
        cell.update(metadata={}, id=f"mine-{number}")
        if number < 9 and cell["source"] in looks:
            cell["source"] += "\nraise SystemExit"
    return notebook
