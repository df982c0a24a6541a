"""Connects to a service on the grading machine: would send answers out, or fetch them."""
# loses: double-hidden
# says: no connection
# %% double
import socket
for address in (("127.0.0.1", TCP_PORT), ("localhost", TCP_PORT)):
    try:
        socket.create_connection(address, timeout=2).sendall(b"hello")
        print("connected")
    except OSError as error:
        print("no connection")
def double(number):
    return 0
