"""Sends the grader frames that are no messages, unsigned ones, and messages that lack what every message has."""
# loses: double-hidden, treble-hidden
# says: treble is wrong|process ended|time limit
# limits: cell_wall_seconds=4
# %% double
from IPython import get_ipython
kernel = get_ipython().kernel
double = treble = lambda number: 0
kernel.iopub_socket.send_multipart([b"x"])
kernel.iopub_socket.send_multipart([b"<IDS|MSG>", b"wrong", b"{}", b"{}", b"{}", b"{}"])
deep = {}
for _ in range(900):
    deep = {"x": deep}
for kind, content in (("stream", {}), ("error", {"traceback": 3}), ("display_data", {"data": 7, "metadata": None}), ("stream", deep),
                      ("update_display_data", {"transient": {"display_id": []}, "data": {}}), ("status", {}), ("clear_output", {}), ("x" * 9, {})):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
# %% treble
def treble(number):
    return 0
