"""Never answers the judge: one that waits for ever would hold up the class."""
# loses: double-hidden, treble-hidden
# says: stopped at the time limit
# limits: cell_wall_seconds=1
# %% double
import sys
agent = sys.modules["subject_agent.agent"]

agent.wire.send = lambda connection, value: None
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
