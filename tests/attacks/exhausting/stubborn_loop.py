"""Loops for ever and swallows every interrupt."""
# loses: double-hidden
# says: would not stop at its time limit
# limits: cell_cpu_seconds=1
# %% double
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
def double(number):
    return 2 * number
