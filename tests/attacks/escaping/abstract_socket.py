"""Connects to an abstract Unix socket, which needs no file to be reached."""
# loses: double-hidden
# says: no connection
# %% double
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\0ABSTRACT_NAME")
    print("connected")
except OSError as error:
    print("no connection")
def double(number):
    return 0
