"""Searches all Python objects for the hidden tests' text while one of them asks."""
# loses: double-hidden
# says: the hunt is over: []
# limits: cell_cpu_seconds=8, cell_wall_seconds=40
# %% double
import gc
def hunt():
    mark, found = "CANARY" + "_", []
    for one in gc.get_objects():
        if isinstance(one, dict):
            found += [text for text in list(one.values()) if isinstance(text, str) and mark in text]
    return f"the hunt is over: {found[:3]}"
def double(number):
    raise ValueError(hunt())
