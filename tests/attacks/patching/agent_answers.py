"""Replaces our agent's answers by “true” and verdicts: would claim success instead of answering."""
# loses: double-hidden, treble-hidden
# says: the notebook's answer is malformed
# %% double
import sys
agent = sys.modules["subject_agent.agent"]

agent.Agent.answer = lambda self, request: {"value": True, "verdict": "passed", "points": 100}
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
