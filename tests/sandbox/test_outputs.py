"""Is what a notebook shows safe to look at, and cheap to make so, whatever student code shows?"""

from __future__ import annotations

import base64
import resource
import time
from dataclasses import replace
from typing import Any

import nbformat
import pandas as pd
import pytest
from lab import LIMITS, Lab, added, with_cell

from coursepack.sandbox import safe_output
from coursepack.sandbox.image_size import is_picture
from coursepack.sandbox.limits import MEBIBYTE, Limits
from coursepack.sandbox.outputs import TRUNCATED, clean_outputs
from coursepack.sandbox.safe_output import MAX_NESTING, TOO_LARGE, Cleaner, merged, nesting, safe_html

# What none of these texts may take: a parser that takes the square of their length takes minutes.
CPU_SECONDS = 2.0
# Formatting that each paragraph repeats, which a look at the tags does not see, for the end tags stand in comments:
# 250 kB would become 200 MB in half a minute.
MULTIPLIED = "".join(f"<b class={number}><p><!--</b>-->" for number in range(9_000))


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def html(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": text}}


def shown(*outputs: dict[str, Any]) -> list[Any]:
    return Cleaner(10**9).clean(outputs, 10**9)


def cells_showing(*texts: str) -> list[Any]:
    return [
        nbformat.v4.new_code_cell(outputs=[nbformat.from_dict(html(text))], id=f"cell-{n}")
        for n, text in enumerate(texts)
    ]


NESTED = {
    "div": "<div>" * 20_000,
    "several": "<div><span><b><ul><li><blockquote>" * 3_000,
    "upper case": "<DIV>" * 20_000,
    "attributes": "<div class='x' title='>'>" * 10_000,
    "end tags of others": "<div></p></span>" * 15_000,
    "end tags that close nothing": "<b><i></b>" * 15_000,
    "tables": "<table><tr><td>" * 10_000,
    "formatting": "".join(f"<b id={number}><p>" for number in range(9_000)),
    "unknown tags": "<nested>" * 20_000,
    "forms": "<button>" * 20_000,
}


@pytest.mark.parametrize("what", NESTED)
def test_is_deeply_nested_html_left_out_at_once(what: str) -> None:
    """Is HTML nested thousands deep left out, and said to be, before a parser sees it?"""
    assert len(NESTED[what]) <= safe_output.MAX_HTML
    before = time.process_time()
    [output] = shown(html(NESTED[what]))
    assert output["data"] == {"text/plain": TOO_LARGE}
    assert time.process_time() - before < CPU_SECONDS


LITTLE_TIME = replace(LIMITS, cleaning_cpu_seconds=1)
LITTLE_MEMORY = replace(LIMITS, cleaning_cpu_seconds=60, cleaning_bytes=200 * MEBIBYTE)


@pytest.mark.parametrize("limits", [LITTLE_TIME, LITTLE_MEMORY], ids=["time", "memory"])
def test_does_cleaning_end_at_its_limits(limits: Limits) -> None:
    """Are outputs that take too long left out from there on, those before kept, and an error's text too?"""
    cells = cells_showing("<b>fine</b>", MULTIPLIED, "<i>late</i>")
    cells[2].outputs += [nbformat.v4.new_output("error", ename="E", evalue="said\x00", traceback=[])]
    before = cpu_seconds()
    [note] = clean_outputs(cells, limits)
    assert cpu_seconds() - before < 10 * CPU_SECONDS
    assert "from cell cell-1 on" in note
    assert "points do not depend on them" in note
    assert cells[0].outputs[0].data == {"text/html": "<b>fine</b>"}
    assert [cell.outputs[0].text for cell in cells[1:]] == [TRUNCATED, TRUNCATED]
    assert cells[2].outputs[1].evalue == "said"


MULTIPLYING = """from IPython.display import HTML, display
display(HTML("".join(f"<b class={number}><p><!--</b>-->" for number in range(9_000))))"""


def test_does_a_notebook_keep_its_points_where_cleaning_ends(lab: Lab) -> None:
    """Is it told, and costs nothing, that outputs could not be made safe in time?"""
    graded = lab.grade(with_cell(MULTIPLYING, before="treble"), cleaning_cpu_seconds=1)
    assert graded.points == graded.max_points
    assert [note for note in graded.notes if "were left out: making them safe" in note]


def test_is_a_plain_cleaning_cheap() -> None:
    """Do a table, a picture and some text take a fraction of a second of CPU time, the process's start included?"""
    table = pd.DataFrame({"epoch": range(20), "accuracy": [0.5] * 20}).to_html()
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": png(800, 600)}}
    cells = cells_showing(*[table] * 10)
    cells[0].outputs += [nbformat.from_dict(picture)]
    before = cpu_seconds()
    assert clean_outputs(cells, LIMITS) == ()
    assert cpu_seconds() - before < 1.0
    assert "accuracy" in cells[9].outputs[0].data["text/html"]
    assert "image/png" in cells[0].outputs[1].data


def test_is_html_that_only_acts_not_called_too_large() -> None:
    """Does an output whose HTML is a script alone show its text, and one that is too large say so behind its text?"""
    plain = {"text/plain": "<Widget>"}
    said = [
        shown({**html(text), "data": {"text/html": text, **plain}}) for text in ("<script>x</script>", NESTED["div"])
    ]
    assert [output["data"] for [output] in said] == [plain, {"text/plain": f"<Widget>\n{TOO_LARGE}"}]


def test_does_a_table_keep_its_form() -> None:
    """Are rows, spans, classes and headings of a pandas table there, and neither styles nor scripts?"""
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])
    table = pd.DataFrame({"x <y>": [1, 2]}, index=index)._repr_html_()
    safe = safe_html(table)
    for part in ('<table class="dataframe">', '<th rowspan="2"', "<tbody>", "x &lt;y&gt;", "<td>1</td>"):
        assert part in safe, safe
    assert "<style" not in safe
    assert ".dataframe" not in safe


UNSAFE = {
    "script": ("<b>x</b><script>alert(1)</script>", "<b>x</b>"),
    "unfinished script": ("<b>x</b><script>alert(1)", "<b>x</b>"),
    "link": ("<a href=javascript:alert(1)>x</a>", "x"),
    "picture": ("x<img src=http://a.example/b onerror=alert(1)>", "x"),
    "event": ("<td onclick=alert(1)>x</td><p onload=a>x</p>", "x<p>x</p>"),
    "style": ("<p style='background:url(http://a.example)'>x</p>", "<p>x</p>"),
    "form": ("<form action=/grade><input name=score><button>x</button></form>", "x"),
    "svg": ("<svg><a xlink:href=javascript:alert(1)>x</a></svg>y", "y"),
    "template": ("<template><b>x</b></template>y", "y"),
    "comment": ("<!-- <b>x</b> -->y", "y"),
    "refresh": ("<meta http-equiv=refresh content='0;http://a.example'>y", "y"),
    "mutation": ("<math><mtext><table><mglyph><style><!--</style><img title='--&gt;<img onerror=alert(1)>'>", ""),
    "text area": ("<textarea></textarea><script>alert(1)</script>", ""),
    "lone surrogate": ("<b>\ud800</b>", "<b>?</b>"),
}


@pytest.mark.parametrize("what", UNSAFE)
def test_does_nothing_act_or_load(what: str) -> None:
    """Is what acts or loads gone, and the text beside it there?"""
    unsafe, safe = UNSAFE[what]
    assert safe_html(unsafe) == safe


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("<div><p>a<p>b</div>", 1),
        ("<ul>" + "<li>x" * 500 + "</ul>", 1),
        ("<table>" + "<tr><td>1<td>2" * 500 + "</table>", 1),
        ("<b><i>x</i></b><b>y</b>", 2),
        ("1 < 2 and <br> <br/> <img src=x>" * 200, 0),
        ("<div>" * 7 + "</div>" * 7, 7),
    ],
)
def test_is_ordinary_html_not_taken_for_nested(text: str, depth: int) -> None:
    """Do tags that need no end tag, and signs that are no tags, count as no depth?"""
    assert nesting(text) == depth <= MAX_NESTING


def png(width: int, height: int) -> str:
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return base64.b64encode(header + b"\x08\x06\x00\x00\x00").decode()


def jpeg(width: int, height: int) -> str:
    frame = b"\xff\xc2\x00\x0b\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    return base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10" + bytes(14) + b"\xff" + frame).decode()


def gif(width: int, height: int) -> str:
    return base64.b64encode(b"GIF89a" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + bytes(3)).decode()


MAKERS = {"image/png": png, "image/jpeg": jpeg, "image/gif": gif}


@pytest.mark.parametrize("kind", MAKERS)
def test_is_a_picture_of_a_huge_size_left_out(kind: str) -> None:
    """Is a picture kept by what its header says: kept if a browser can show it, else left out and told?"""
    make = MAKERS[kind]
    assert is_picture(kind, make(1200, 900))
    assert not is_picture(kind, make(65_000, 65_000))
    assert not is_picture(kind, make(0, 900))
    [output] = shown({"output_type": "display_data", "data": {kind: make(65_000, 65_000)}})
    assert output["data"] == {"text/plain": TOO_LARGE}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8" + b"\xff" * 50, b"GIF89a", b"<svg>" * 9])
def test_is_what_only_begins_like_a_picture_none(kind: str, content: bytes) -> None:
    """Is a picture that is cut off, or another file, left out?"""
    assert not is_picture(kind, base64.b64encode(content).decode())
    assert not is_picture(kind, "no base64!")
    assert not is_picture(kind, 7)


STREAMS = [("stderr", "a"), ("stdout", "b"), ("stdout", "c\r"), ("stderr", "d\n"), ("stdout", "e")]


def test_are_streams_merged_as_nbclient_does() -> None:
    """Is each stream one text, standard output first, and what a carriage return overwrites gone?"""
    found = list(merged({"output_type": "stream", "name": name, "text": text} for name, text in STREAMS))
    assert [(one["name"], one["text"]) for one in found] == [("stdout", "e"), ("stderr", "ad\n")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\rb", "b"),
        ("a\r\nb", "a\r\nb"),
        ("1%\r2%\r3%\n", "3%\n"),
        ("a\r", "a\r"),
        ("a\rb\r", "b\r"),
        ("a\r\r\n", "\r\n"),
    ],
)
def test_does_a_carriage_return_start_a_line_anew(text: str, expected: str) -> None:
    """Is the last version of each line what is shown, as nbclient shows it?"""
    assert safe_output.overwritten(text) == expected


LINES = {
    "one": "print('x' * 2_000_000)",
    "overwritten": "print('x\\r' * 1_000_000)",
    "back": "print('a' * 10**6 + '\\b' * 10**6)",
}


@pytest.mark.parametrize("what", LINES)
def test_does_a_long_line_take_no_longer_than_short_ones(lab: Lab, what: str) -> None:
    """Is a line of a million characters read in a time that grows with its length only?"""
    before = cpu_seconds()
    graded = lab.grade(with_cell(LINES[what]), cell_cpu_seconds=20.0)
    assert graded.points == graded.max_points
    assert cpu_seconds() - before < 5 * CPU_SECONDS


UPDATES = """kernel = get_ipython().kernel
def send(kind, text):
    content = {"data": {"text/plain": text}, "metadata": {}, "transient": {"display_id": "same"}}
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"))
for _ in range(1_500):
    send("display_data", "x")
for _ in range(1_500):
    send("update_display_data", "y" * 1_000)"""


def test_does_an_update_count_once_for_each_output_it_changes(lab: Lab) -> None:
    """Do outputs of one name, all changed again and again, end at the room that a cell has?"""
    graded = lab.grade({"cells": [added(UPDATES)]}, cell_cpu_seconds=20.0, cell_wall_seconds=60.0)
    [note] = graded.notes[-1:]
    assert "showed more than 4 MiB" in note


def test_is_a_kernels_count_a_number(lab: Lab) -> None:
    """Is an execution count that is none dropped, so that the notebook stays valid?"""
    text = "k = get_ipython().kernel\nk.session.send(k.iopub_socket, 'execute_input', {'execution_count': {'a': [1]}}, "
    graded = lab.grade({"cells": [added(text + "parent=k.get_parent('shell'))")]})
    nbformat.validate(graded.notebook)


SENT = """publisher = get_ipython().display_pub
def send(kind, content):
    publisher.session.send(publisher.pub_socket, kind, content, parent=publisher.parent_header)
print("before")
"""
# What is shown, and whether it is told that something was left out.
ODD = {
    "a number as text": ("get_ipython().display_pub.publish({'text/plain': 5})", False),
    "a text in pieces, one of them a number": ("get_ipython().display_pub.publish({'text/plain': ['a', 1]})", False),
    "no picture": ("get_ipython().display_pub.publish({'image/png': None})", False),
    "a list as a name": ("get_ipython().display_pub.publish({'text/plain': 'x'}, transient={'display_id': [7]})", True),
    "a stream of a number": ("send('stream', {'name': 'stdout', 'text': 5})", False),
    "a stream of another name": ("send('stream', {'name': 'third', 'text': ''})", False),
    "a stream of nothing": ("send('stream', {})", True),
    "an error without a traceback": ("send('error', {'ename': 1})", True),
    "a picture that is a number": ("send('display_data', {'data': 5, 'metadata': {}})", False),
    "an update of a list": ("send('update_display_data', {'transient': {'display_id': []}, 'data': {}})", False),
    "a status without a state": ("send('status', {})", True),
    "a kind that there is not": ("send('nonsense', {})", False),
}


@pytest.mark.parametrize("what", ODD)
def test_does_what_jupyter_cannot_show_end_nothing(lab: Lab, what: str) -> None:
    """Does the cell go on, is its other output shown, and is it said that something was left out?"""
    text, told = ODD[what]
    said, then = lab.shown(f"{SENT}_ = {text}\nprint('behind')", "print('next')")
    assert "before" in said and "behind" in said and then == "next"
    assert ("that Jupyter cannot show" in said) == told


def test_do_messages_that_cannot_be_shown_end_at_the_room_of_a_cell(lab: Lab) -> None:
    """Is a flood of them cut, whatever their kind?"""
    flood = f"{SENT}for _ in range(300):\n    send('status', {{}})"
    graded = lab.grade({"cells": [added(flood)]}, cell_cpu_seconds=20.0, cell_output_bytes=5_000)
    [cell] = [cell for cell in graded.notebook.cells if cell.id.startswith("added-")]
    assert 1 < str(cell.outputs).count("that Jupyter cannot show") <= 50
    assert "showed more than" in graded.notes[-1]
