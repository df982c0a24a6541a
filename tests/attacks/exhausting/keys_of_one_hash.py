"""Answers with a dictionary of fifty thousand numbers that share a hash: to build it takes the square of that."""
# loses: double-hidden, treble-hidden
# says: the notebook's answer is malformed
# limits: cell_cpu_seconds=6
# costs: 4
# %% double
import struct, sys
wire = sys.modules["subject_agent.agent"].wire
def send(connection, value):
    text = b'{"dict":[' + b",".join(b"[%d,0]" % (number * (2**61 - 1)) for number in range(1, 50_000)) + b"]}"
    connection.sendall(struct.pack(">II", len(text), 0) + text)
def double(number):
    wire.send = send
