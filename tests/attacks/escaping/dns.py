"""Asks for a name, which would carry data out to whoever serves that domain."""
# loses: double-hidden
# says: no name service
# %% double
import socket
try:
    print("found", socket.getaddrinfo("answer.invalid.example.org", 80))
except OSError as error:
    print("no name service:", error)
def double(number):
    return 0
