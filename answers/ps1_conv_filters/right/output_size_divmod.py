"""Names the parts of the formula and uses divmod."""

# %% output-size
def check_geometry(**arguments):
    lowest = {"size": 1, "kernel_size": 1, "stride": 1, "padding": 0}
    for name, value in arguments.items():
        if value < lowest[name]:
            raise ValueError(f"{name} is {value}, but must be at least {lowest[name]}")


def output_size(size, kernel_size, stride=1, padding=0):
    check_geometry(size=size, kernel_size=kernel_size, stride=stride, padding=padding)
    steps, left_over = divmod(size - kernel_size + 2 * padding, stride)
    if steps < 0:
        raise ValueError("no room for the window")
    return 1 + steps
