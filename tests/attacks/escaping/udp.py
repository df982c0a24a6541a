"""Sends datagrams to a service on the grading machine."""
# loses: double-hidden
# says: not sent:
# %% double
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    sender.sendto(b"hello", ("127.0.0.1", UDP_PORT))
    print("sent into its own loopback")
except OSError as error:
    print("not sent:", error)
try:
    sender.sendto(b"hello", ("192.0.2.1", UDP_PORT))
except OSError as error:
    print("not sent:", error)
def double(number):
    return 0
