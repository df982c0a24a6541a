"""Hands in an f-string of two hundred thousand parts: Python takes the square of its length to read it, and the judge reads it for each test."""
# loses: double-hidden
# says: time limit|process ended
# limits: cell_cpu_seconds=2, cell_wall_seconds=15
# costs: 6
def damage(notebook):
    for cell in notebook["cells"]:
        if cell["id"] == "double":
            cell["source"] += "\nx = f'" + "{a}" * 200_000 + "'"
    return notebook
