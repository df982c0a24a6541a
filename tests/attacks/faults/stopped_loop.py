"""Stops the kernel's event loop: it never reads another message."""
# loses: double-hidden
# says: ended the kernel; a new one took over
# limits: cell_wall_seconds=2
# %% double
import asyncio
asyncio.get_event_loop().stop()
def double(number):
    return 2 * number
