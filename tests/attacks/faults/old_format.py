"""Comes in notebook format 3, which has worksheets and no cells."""
# says: upgraded from notebook format 3.0
import json
def damage(notebook):
    cells = [{"cell_type": "code", "input": cell["source"], "outputs": [], "language": "python", "metadata": cell["metadata"]} for cell in notebook["cells"]]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "tiny"}, "worksheets": [{"cells": cells, "metadata": {}}]}).encode()
