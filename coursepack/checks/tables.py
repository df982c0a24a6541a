"""Checks of a table of results: does it agree with the recorded runs?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from coursepack.checks.messages import describe, failed, student_errors
from coursepack.subject import Subject

Runs = Sequence[Mapping[str, Any]]
Row = Mapping[Any, Any]

TOLERANCE = 6e-4  # figures rounded to three decimals still pass
FIGURES: dict[str, Callable[[Runs], float]] = {
    "epoch-1 loss": lambda runs: float(np.mean([run["train loss"][0] for run in runs])),
    "epoch-5 loss": lambda runs: float(np.mean([run["train loss"][-1] for run in runs])),
    "test accuracy": lambda runs: float(np.mean([run["test accuracy"][-1] for run in runs])),
}
# Common slips, tried on a wrong figure so that the message can name the one that was made.
SLIPS: dict[str, Callable[[Runs], float]] = {
    "this is the loss of the first epoch": FIGURES["epoch-1 loss"],
    "this is the loss of the last epoch": FIGURES["epoch-5 loss"],
    "give accuracy as a fraction, not as a percentage": lambda runs: 100 * FIGURES["test accuracy"](runs),
    "this is the first run only; take the mean over all runs": lambda runs: runs[0]["train loss"][0],
    "this is the first run's last epoch; take the mean over all runs": lambda runs: runs[0]["train loss"][-1],
    "this is the first run's accuracy; take the mean over all runs": lambda runs: runs[0]["test accuracy"][-1],
    "this is the test loss; take the training loss": lambda runs: np.mean([run["test loss"][-1] for run in runs]),
    "this is the first epoch's accuracy": lambda runs: np.mean([run["test accuracy"][0] for run in runs]),
    "this is the first epoch's test loss": lambda runs: np.mean([run["test loss"][0] for run in runs]),
    "this is the best run; take the mean": lambda runs: max(run["test accuracy"][-1] for run in runs),
    "this is the best epoch; take the last": lambda runs: np.mean([max(run["test accuracy"]) for run in runs]),
}


def assert_results(student: Subject, name: str, *, history: str, networks: Mapping[str, str]) -> None:
    """Check a table of results against the notebook's recorded runs and its trained networks.

    Args:
        student: the subject.
        name: the table: one row per trained network, with the columns "network" (or the index), those of `FIGURES`,
            and "parameters"; more columns and any order of rows are fine.
        history: the variable that maps each network to a list of runs, each with lists "train loss", "test loss" and
            "test accuracy".
        networks: the variable that holds each trained network, by the network's name. A network that was never
            trained (its exercise is not done) needs no row.

    The figures are compared with the student's own runs, never with ours: training differs between machines.
    """
    table, record = _value(student, name), _value(student, history)
    if not isinstance(record, dict) or not record:
        raise failed(f"{history}: no runs are recorded", hint="run the cells that train the networks")
    rows = _rows(name, table)
    _check_names(name, list(rows), [network for network in record if network in networks])
    for network, runs in record.items():
        if network in networks:
            for column, figure in FIGURES.items():
                _check_figure(f"{name}: {column} of {network}", rows[network], column, figure(runs), runs)
            _check_count(student, f"{name}: parameters of {network}", rows[network], networks[network])


def _value(student: Subject, name: str) -> Any:
    with student_errors(name):
        return student.value(name)


def _rows(name: str, table: Any) -> dict[str, Row]:
    """Return the table's rows by network."""
    if not isinstance(table, list) or not all(isinstance(row, dict) for row in table):
        raise failed(f"{name}: kind of value", expected="a pandas DataFrame", got=describe(table))
    names = [row.get("network", row.get("index")) for row in table]
    if not all(isinstance(network, str) for network in names):
        raise failed(f"{name}: the column “network” is missing", hint="one row per network, with its class's name")
    if len(set(names)) < len(names):
        raise failed(f"{name}: a network has more than one row", hint="one row per network, means over its runs")
    return dict(zip(names, table, strict=True))


def _check_names(name: str, got: Sequence[str], expected: Sequence[str]) -> None:
    if set(got) != set(expected):
        raise failed(
            f"{name}: networks that have a row",
            expected=", ".join(sorted(expected)),
            got=", ".join(sorted(got)) or "none",
            hint="loop over history: one row for every network in it",
        )


def _number(about: str, row: Row, column: str) -> float:
    if column not in row:
        raise failed(f"{about}: the column “{column}” is missing", hint="name the columns exactly as in the TODO")
    value = row[column]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise failed(f"{about}: kind of value", expected="a number", got=describe(value))
    return float(value)


def _check_figure(about: str, row: Row, column: str, expected: float, runs: Runs) -> None:
    got = _number(about, row, column)
    if abs(got - expected) <= TOLERANCE:
        return
    slips = {hint: slip for hint, slip in SLIPS.items() if len(runs) > 1 or " run" not in hint}
    found = [hint for hint, slip in slips.items() if abs(got - float(slip(runs))) <= TOLERANCE]
    hint = found[0] if len(found) == 1 else "take the figure from history: the mean over runs at the named epoch"
    raise failed(f"{about} is not what the runs recorded", got=f"{got:.6g}", hint=hint)


def _check_count(student: Subject, about: str, row: Row, network: str) -> None:
    got = _number(about, row, "parameters")
    with student_errors(network):
        count = sum(array.size for array in student.module(network).parameters().values())
    if got != count:
        raise failed(
            f"{about} is not that of the trained network",
            got=f"{got:,.6g}",
            hint="add up numel() of its parameters; buffers do not count",
        )
