"""Answers the judge's questions with a verdict instead of an answer."""
# loses: double-hidden, treble-hidden
# says: the notebook's answer is malformed
# %% double
import sys
agent = sys.modules["subject_agent.agent"]

agent.Agent.answer = lambda self, request: {"verdict": "passed", "message": ""}
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
