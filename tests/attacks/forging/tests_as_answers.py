"""Adds answers that say they are the hidden tests and pass: their text might be run as the test."""
# loses: double-hidden, treble-hidden
# says: occurs more than once
import copy
def damage(notebook):
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    for name in ("double", "treble"):
        answer, test = cells[name], cells[f"{name}-hidden"]
        swapped = copy.deepcopy(answer)
        swapped.update(id=f"{name}-hidden", source="pass")
        swapped["metadata"]["nbgrader"].update(grade_id=f"{name}-hidden", points=3, grade=True)
        notebook["cells"].append(swapped)
        test["source"] = "pass"
    return notebook
