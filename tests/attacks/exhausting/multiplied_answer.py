"""Sends a hundred megabytes once and names them a thousand times: the judge would make a hundred gigabytes of it."""
# loses: double-hidden, treble-hidden
# says: the notebook's answer is malformed
# limits: cell_cpu_seconds=6, memory_bytes=1_500_000_000
# %% double
import struct, sys
wire = sys.modules["subject_agent.agent"].wire
def send(connection, value):
    text = b"[" + b",".join([b'{"array": ["<f8", [12500000], 0]}'] * 1_000) + b"]"
    connection.sendall(struct.pack(">II", len(text), 1) + struct.pack(">Q", 100_000_000) + text + bytes(100_000_000))
def double(number):
    wire.send = send
