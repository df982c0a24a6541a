"""Adds a second copy of each hidden test that passes."""
# loses: double-hidden, treble-hidden
# says: cell double-hidden occurs more than once
import copy
def damage(notebook):
    copies = [copy.deepcopy(cell) for cell in notebook["cells"] if cell["id"].endswith("-hidden")]
    notebook["cells"] += [cell | {"source": "pass"} for cell in copies]
    return notebook
