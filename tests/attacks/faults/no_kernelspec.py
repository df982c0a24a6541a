"""Names no kernel and no language."""
# says: 5 of 5 points
def damage(notebook):
    return notebook | {"metadata": {}}
