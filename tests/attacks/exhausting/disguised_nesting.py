"""Hides end tags in comments, so that nesting is not seen, and formatting that is repeated in each of nine thousand paragraphs."""
# says: making them safe to show took too much time or memory
# limits: cell_cpu_seconds=10, cleaning_cpu_seconds=2
# costs: 8
# %% double
from IPython.display import HTML, display
for _ in range(8):
    display(HTML("".join(f"<b class={number}><p><!--</b>-->" for number in range(9_000))))
def double(number):
    return 2 * number
