"""Hands in thirty thousand cells: each would take its share of a second."""
# says: more than 1,000 cells
def damage(notebook):
    cell = {"cell_type": "markdown", "metadata": {}, "source": "x"}
    return notebook | {"cells": notebook["cells"] + [cell | {"id": f"more-{number}"} for number in range(30_000)]}
