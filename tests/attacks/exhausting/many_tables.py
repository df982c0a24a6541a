"""Shows a thousand tables: each of them is small, all together are to be parsed."""
# says: the rest of the output was left out
# limits: cell_cpu_seconds=20
# costs: 8
# %% double
from IPython.display import HTML, display
table = "<table>" + "<tr><td class=a title=b>1</td></tr>" * 80 + "</table>"
for _ in range(1_000):
    display(HTML(table))
def double(number):
    return 2 * number
