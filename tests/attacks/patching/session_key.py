"""Speaks as the kernel with the kernel's own key: answers of its own making for cells that never ran."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
# %% double
from IPython import get_ipython
kernel = get_ipython().kernel
for kind, content in (("execute_reply", {"status": "ok", "execution_count": 9}), ("status", {"execution_state": "idle"}),
                      ("execute_result", {"data": {"text/plain": "3"}, "metadata": {}, "execution_count": 9})):
    for parent in (kernel.get_parent("shell"), {}):
        kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=b"x")
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
