"""Gives a thousand outputs one name and changes all of them again and again."""
# says: showed more than
# limits: cell_cpu_seconds=20, cell_wall_seconds=60
# costs: 12
# %% double
kernel = get_ipython().kernel
def send(kind, text):
    content = {"data": {"text/plain": text}, "metadata": {}, "transient": {"display_id": "same"}}
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
for _ in range(1_000):
    send("display_data", "x")
for _ in range(4_000):
    send("update_display_data", "y")
def double(number):
    return 2 * number
