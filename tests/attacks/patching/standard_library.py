"""Replaces json, struct and socket functions that the agent and the kernel speak through."""
# loses: double-hidden, treble-hidden
# says: double
# limits: cell_wall_seconds=1
# %% double
import json, struct
json.dumps = lambda *args, **options: '{"value": 42}'
json.loads = lambda *args, **options: {"do": "value", "args": ["answer"], "options": {}}
answer = 42
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
