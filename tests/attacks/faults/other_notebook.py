"""Is the notebook of another assignment."""
# loses: double-hidden, treble-hidden
# says: another notebook
import json
def damage(notebook):
    cell = {"cell_type": "code", "id": "x", "metadata": {}, "source": "1", "outputs": [], "execution_count": None}
    return json.dumps(notebook | {"cells": [cell]}).encode()
