"""Shows a picture of a few bytes that says it has four thousand million pixels: a browser would take gigabytes."""
# says: a picture or a table that is too large
# costs: 3
# %% double
import base64
from IPython.display import display
header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (65_000).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00"
display({"image/png": base64.b64encode(header).decode()}, raw=True)
def double(number):
    return 2 * number
