"""Announces an answer of a million terabytes: a judge that makes room for it would die."""
# loses: double-hidden, treble-hidden
# says: answer
# %% double
import sys
agent = sys.modules["subject_agent.agent"]

import struct
agent.wire.send = lambda connection, value: connection.sendall(struct.pack(">IIQ", 2, 1, 2**60))
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
