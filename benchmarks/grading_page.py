"""Keep the figures of `benchmarks/grading.py` in performance.csv, and write performance.md from them."""

from __future__ import annotations

import csv
import datetime
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FIELDS = ("part", "assignment", "what", "value", "unit", "submissions", "day", "machine", "options")
KEY = ("part", "assignment", "what")
# What the project set out to reach: (part, assignment, what), the comparison, the figure, of how many submissions.
ANY, STOCK = "", "stock nbgrader autograde"
TARGETS = (
    ("throughput", "ps1_conv_filters", "stock against coursepack grade -j 2", "≥", 15.0, "48"),
    ("throughput", "ps1_conv_filters", "stock against coursepack grade -j 2", "≥", 8.0, "12"),
    ("start", "ps1_conv_filters", "two submissions, -j 2: CPU time of all processes", "≤", 10.0, ANY),
    ("start", "ps1_conv_filters", "two submissions, -j 2: wall-clock time", "≤", 10.0, ANY),
    ("start", "ps1_conv_filters", "idle workers, -j 8: memory of all processes (PSS)", "≤", 2048.0, ANY),
    ("floor", "ps1_conv_filters", "more than the cells alone", "≤", 0.5, ANY),
    ("floor", "ps5_conv_blocks", "more than the cells alone, in parts", "≤", 8.0, ANY),
    ("floor", "ps5_conv_blocks", "the engine, pictures as handed in", "≤", 12.0, ANY),
    ("floor", "ps2_mnist_cnn", "the engine, pictures as handed in", "≤", 26.0, ANY),
    ("floor", "ps1_conv_filters", "private memory of a kernel, at most", "≤", 150.0, ANY),
    ("workers", "ps5_conv_blocks", "two workers against one", "≥", 1.7, ANY),
    ("workers", "ps1_conv_filters", "two workers against one", "≥", 1.7, ANY),
    ("scale", "ps1_conv_filters", "1000 submissions against 100, time for one", "≤", 1.0, ANY),
)
TITLES = {
    "throughput": "Throughput: stock nbgrader against `coursepack grade`, start-up included",
    "floor": "Against the floor: CPU time of the notebook's own cells in a warm process",
    "workers": "Two workers against one, every picture drawn",
    "scale": "Large classes",
    "start": "What a run costs beside its notebooks",
    "otter": "Against otter-grader: one exercise by itself, `otter run` for each notebook",
}
HEAD = """# How fast grading is

Written by `python benchmarks/grading.py` from `performance.csv`; do not edit. Every submission is the solved notebook.
By default, cells of the assignment that only draw are not run again: the picture that was handed in is shown, and no
point depends on it. `--redraw` runs them, as stock nbgrader does. In the part about two workers,
measured on 2026-11-26 and not again, every picture was drawn, and ps5 trained for longer.

Stock nbgrader is the installed release with its own `Execute` and longer time-outs, one notebook after the other as it
does it; ours is `coursepack grade` with the jail and the judge. A figure is seconds of wall-clock time for one
submission (the whole run, start and gradebook included, divided by their number) unless it says otherwise. Compare
within a part only: figures of one part come from one run on one machine.

What costs: stock starts a kernel for every notebook, which imports its libraries anew. Ours imports them once for all
workers of a machine and forks. What remains is the notebook itself; with `--redraw`, above all its pictures.

With `--redraw`, no engine is faster than the notebook's own cells, spread over the cores: the floor below, divided by
their number.{bounds}
In ps5 these are trainings; in ps1 they are nearly all matplotlib. And what is done once for a run (a server and a
judge, the workers' start, the assignment's entry in the gradebook) weighs on a small class. It does not get shorter
with a second worker either, so two are somewhat less than twice as fast; two trainings, moreover, share the machine's
memory. Above the floor come the kernel's start, the hidden tests' own work (the floor runs none of them), a fork of
the judge for each, and the messages between nbclient and the kernel; the lines “of the engine” tell them apart. The
floor is measured in a plain process: the engine's kernels get memory in large pages, so that training itself takes
somewhat less there. The engine's run stands between two of the floor's, and what is more is the median of these
comparisons: the machine's speed changes within minutes.

The aim for ps5, 8 % above the floor, was set when its cells alone took 21.9 CPU s: it allowed 1.75 CPU s. Since then
ps5 trains on fewer images while it is graded, its cells take little more than half, and what the engine adds weighs
more. More than half of that are judge and worker, a fifth is what the hidden tests themselves compute; the kernel's
start and messages take the rest, in milliseconds for each cell. One run says little about it: the same trainings, and
the same drawing in ps1, differ by more from run to run than all that is added.
"""


def read(path: Path) -> list[dict[str, str]]:
    """Return the lines kept so far."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def keep(path: Path, line: Mapping[str, Any], options: str) -> None:
    """Put a measured figure in the place of an older one of the same name."""
    machine = f"{os.cpu_count()} cores"
    fresh = {**line, "value": f"{line['value']:.4g}", "day": str(datetime.date.today()), "machine": machine}
    fresh["options"] = options
    kept = [one for one in read(path) if _key(one) != _key({name: str(value) for name, value in fresh.items()})]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, fresh])


def write(folder: Path) -> None:
    """Write performance.md from performance.csv."""
    (folder / "performance.md").write_text(page(read(folder / "performance.csv")), encoding="utf-8")


def page(lines: list[dict[str, str]]) -> str:
    """Return the text of performance.md."""
    parts = [HEAD.format(bounds=_bounds(lines)), "## What was set out to be reached", "", _targets(lines)]
    for part, title in TITLES.items():
        chosen = [line for line in lines if line["part"] == part]
        if chosen:
            rows = [
                f"| {x['assignment']} | {x['what']} | {x['value']} {x['unit']} | {x['submissions']} |" for x in chosen
            ]
            head = ["| assignment | what | measured | submissions |", "|---|---|---:|---:|"]
            parts += [f"## {title}", "", *head, *rows, "", _origin(chosen), ""]
    return "\n".join(parts).rstrip() + "\n"


def _key(line: Mapping[str, str]) -> tuple[str, ...]:
    """Return what makes a figure another one; throughput depends on the size of the class."""
    return *(line[name] for name in KEY), line["submissions"] if line["part"] == "throughput" else ANY


def _by_key(lines: list[dict[str, str]]) -> dict[tuple[str, ...], dict[str, str]]:
    return {_key(line): line for line in lines}


def _bounds(lines: list[dict[str, str]]) -> str:
    """Return how many times faster than stock an engine could be at most that costs nothing itself, in words."""
    found = _by_key(lines)
    words = []
    for assignment in sorted({line["assignment"] for line in lines}):
        stock = next((line for key, line in found.items() if key[:3] == ("throughput", assignment, STOCK)), None)
        alone = found.get(("floor", assignment, "the cells alone, warm", ANY))
        if stock and alone:
            cores = int(stock["machine"].split()[0])
            words.append(f"{float(stock['value']) * cores / float(alone['value']):.1f} × in {assignment}")
    if not words:
        return ""
    return f"\nThat makes at most some {' and '.join(words)} (roughly: it compares two parts)."


def _targets(lines: list[dict[str, str]]) -> str:
    found = _by_key(lines)
    rows = ["| assignment | what | set out | measured | reached |", "|---|---|---:|---:|---|"]
    for part, assignment, what, comparison, figure, size in TARGETS:
        line = found.get((part, assignment, what, size))
        measured, reached = "not measured yet", "–"
        if line is not None:
            measured = f"{line['value']} {line['unit']}"
            value = float(line["value"])
            reached = "yes" if (value >= figure if comparison == "≥" else value <= figure) else "no"
        unit = {"≥": " ×"}.get(comparison, f" {line['unit']}" if line else "")
        of = f", {size} submissions" if size else ""
        rows.append(f"| {assignment} | {what}{of} | {comparison} {figure:g}{unit} | {measured} | {reached} |")
    return "\n".join(rows) + "\n"


def _origin(lines: list[dict[str, str]]) -> str:
    origins = {f"`python benchmarks/grading.py {line['options']}`, {line['machine']}, {line['day']}" for line in lines}
    return "Measured by " + "; ".join(sorted(origins)) + "."
