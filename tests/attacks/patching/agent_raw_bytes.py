"""Sends bytes that are no message: a judge that trips over them might forget to take the points."""
# loses: double-hidden, treble-hidden
# says: answer
# %% double
import sys
agent = sys.modules["subject_agent.agent"]

agent.wire.send = lambda connection, value: connection.sendall(b"\xff" * 1000)
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
