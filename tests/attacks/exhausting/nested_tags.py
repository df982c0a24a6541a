"""Shows tags nested twenty thousand deep, again and again: a parser takes the square of it for each of them."""
# says: too deeply nested
# limits: cell_cpu_seconds=10
# costs: 4
# %% double
from IPython.display import HTML, display
for tag in ('div', 'span', 'b', 'blockquote'):
    for _ in range(8):
        display(HTML(f'<{tag}>' * 20_000))
def double(number):
    return 2 * number
