"""Records what the judge asks, from within the agent, to learn the test."""
# loses: double-hidden
# says: asked so far:
# %% double
import sys
agent = sys.modules["subject_agent.agent"]
asked, receive = [], agent.wire.receive
def record(connection):
    request = receive(connection)
    asked.append(repr(request))
    return request
agent.wire.receive = record
def double(number):
    return 0

# %% treble
print("asked so far:", asked)
def treble(number):
    return 3 * number
