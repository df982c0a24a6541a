"""Does the check of a results table accept true tables in any form, and name the slip in a false one?"""

import numpy as np
import pandas as pd
import pytest
from torch import nn

from coursepack.checks import CheckFailed, tables
from coursepack.subject import LocalSubject

HISTORY = {
    "Small": [
        {"train loss": [0.7, 0.3, 0.2], "test loss": [0.5, 0.45, 0.4], "test accuracy": [0.8, 0.95, 0.9]},
        {"train loss": [0.9, 0.4, 0.1], "test loss": [0.6, 0.55, 0.3], "test accuracy": [0.85, 0.9, 0.94]},
    ],
    "Large": [{"train loss": [0.6, 0.3, 0.05], "test loss": [0.4, 0.3, 0.25], "test accuracy": [0.9, 0.95, 0.97]}],
}
TRUE = {
    "network": ["Small", "Large"],
    "epoch-1 loss": [0.8, 0.6],
    "epoch-5 loss": [0.15, 0.05],
    "test accuracy": [0.92, 0.97],
    "parameters": [6, 12],
}


def check(table, history=HISTORY):
    names = {"results": table, "history": history, "small": nn.Linear(2, 2), "large": nn.Linear(2, 4)}
    tables.assert_results(
        LocalSubject(names), "results", history="history", networks={"Small": "small", "Large": "large"}
    )


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame(TRUE),
        pd.DataFrame(TRUE).set_index("network"),
        pd.DataFrame(TRUE).set_index("network").rename_axis(None),
        pd.DataFrame(TRUE).iloc[::-1],
        pd.DataFrame(TRUE).assign(remark="fine"),
        pd.DataFrame(TRUE).astype({"parameters": float}),
    ],
    ids=["plain", "indexed", "unnamed index", "other order", "more columns", "floats"],
)
def test_true_table_passes_in_any_form(table):
    check(table)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("test accuracy", [92.0, 97.0], "percentage"),
        ("test accuracy", [0.9, 0.97], "first run"),
        ("test accuracy", [0.94, 0.97], "best run"),
        ("test accuracy", [0.945, 0.97], "best epoch"),
        ("test accuracy", ["92 %", "97 %"], "a number"),
        ("test accuracy", [0.825, 0.97], "the first epoch's accuracy"),
        ("test accuracy", [0.5, 0.97], "take the figure from history"),
        ("test accuracy", [0.92, 0.95], "take the figure from history"),
        ("test accuracy", [0.92, 0.9], "the first epoch's accuracy"),
        ("epoch-1 loss", [0.8, 0.05], "hint: this is the loss of the last epoch"),
        ("epoch-1 loss", [0.7, 0.6], "first run"),
        ("epoch-1 loss", [0.15, 0.05], "loss of the last epoch"),
        ("epoch-5 loss", [0.8, 0.6], "loss of the first epoch"),
        ("epoch-5 loss", [0.35, 0.25], "training loss"),
        ("epoch-5 loss", [np.nan, 0.05], "not what the runs recorded"),
        ("parameters", [6, 13], "parameters of Large"),
        ("network", ["Small", "Big"], "networks that have a row"),
        ("network", ["Small", "Small"], "more than one row"),
        ("network", [1, 2], "“network” is missing"),
    ],
)
def test_false_column_is_named(column, values, message):
    with pytest.raises(CheckFailed, match=message):
        check(pd.DataFrame(TRUE | {column: values}))


@pytest.mark.parametrize("column", ["epoch-1 loss", "epoch-5 loss", "test accuracy", "parameters"])
def test_missing_column_is_named(column):
    with pytest.raises(CheckFailed, match=f"“{column}” is missing"):
        check(pd.DataFrame(TRUE).drop(columns=column))


@pytest.mark.parametrize("table", [None, 3, [1, 2], "text"])
def test_something_else_than_a_table_fails(table):
    with pytest.raises(CheckFailed, match="expected: a pandas DataFrame"):
        check(table)


def test_missing_row_fails():
    with pytest.raises(CheckFailed, match="networks that have a row"):
        check(pd.DataFrame(TRUE).iloc[:1])


def test_network_that_was_never_trained_needs_no_row():
    check(pd.DataFrame(TRUE).iloc[:1], {"Small": HISTORY["Small"]})


def test_without_recorded_runs_nothing_is_right():
    with pytest.raises(CheckFailed, match="no runs are recorded"):
        check(pd.DataFrame(TRUE), {})


def test_missing_table_is_told_by_name():
    with pytest.raises(CheckFailed, match="results"):
        tables.assert_results(LocalSubject({}), "results", history="history", networks={})
