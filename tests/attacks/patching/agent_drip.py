"""Answers one byte at a time and never ends: every read succeeds, so a time limit per read never strikes."""
# loses: double-hidden, treble-hidden
# says: stopped at the time limit
# limits: cell_wall_seconds=1
# %% double
import sys
agent = sys.modules["subject_agent.agent"]

import struct, time
def drip(connection, value):
    connection.sendall(struct.pack(">II", 1000, 0))
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.2)
agent.wire.send = drip
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
