"""Is a notebook whose cells are no list, or hold no cells."""
# loses: double-hidden, treble-hidden
# says: were missing; put back
def damage(notebook):
    return notebook | {"cells": [None, 7, "x", [], {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": ["code"], "source": 3}]}
