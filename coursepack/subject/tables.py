"""pandas' tables as plain data: a DataFrame or a Series on its way to a student's function, and on its way back.

Neither end imports pandas before a table comes along. An argument is put together again in the notebook; an answer that
is a table arrives as a list of its rows (`Rows`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

# Of columns whose numbers NumPy holds; a moment is sent as a whole number of its unit.
PLAIN_KINDS, MOMENT_KINDS = "biuf", "mM"
TEXTS, TEXT_DTYPES, PLAIN_TYPES = "texts", ("object", "str"), (bool, int, float, str, type(None))


@dataclass(frozen=True)
class Column:
    """One column of a table, or its index.

    Attributes:
        name: its label: a text, a whole number, or None.
        dtype: the dtype of its values, or `TEXTS` for texts and for plain values that share no dtype.
        values: an array, of whole numbers for moments; for `TEXTS` a list.
    """

    name: str | int | None
    dtype: str
    values: Any


@dataclass(frozen=True)
class Table:
    """A DataFrame, or a Series, as plain data.

    Attributes:
        columns: in order; of a Series the only one.
        index: the labels of the rows; None if they are numbered from 0.
        series: it is a Series.
    """

    columns: list[Column]
    index: Column | None
    series: bool


class Rows(list[dict[Any, Any]]):
    """The rows of a DataFrame or a Series, each a dictionary: what a table is when it arrives as an answer.

    Attributes:
        series: it was a Series; each row holds its value, and its label if there are labels.
        label: the key under which each row holds its label (the index); None if the rows are numbered from 0.
        named: the index has a name, which is the key.
    """

    def __init__(self, rows: Iterable[dict[Any, Any]], *, series: bool, label: str | None, named: bool) -> None:
        super().__init__(rows)
        self.series, self.label, self.named = series, label, named

    @property
    def kind(self) -> str:
        """What it was, in pandas' words."""
        return "Series" if self.series else "DataFrame"


def rows_of(value: Any) -> Rows:
    """Return the rows of a DataFrame or a Series; its values are as they are.

    An index becomes one more entry of each row. It is left out where it numbers the rows from 0.
    """
    series = value.ndim == 1
    frame = value.to_frame("value" if value.name is None else value.name) if series else value
    index = frame.index
    if index.nlevels > 1:
        names = [f"level {place}" if name is None else str(name) for place, name in enumerate(index.names)]
        return Rows(_records(frame, names), series=False, label=None, named=False)
    if index.name is None and list(index) == list(range(len(index))):
        return Rows(frame.to_dict(orient="records"), series=series, label=None, named=False)
    label = "index" if index.name is None else str(index.name)
    while label in frame.columns:
        label = f"{label} "
    return Rows(_records(frame, [label]), series=series, label=label, named=index.name is not None)


def _records(frame: Any, names: list[str]) -> Any:
    return frame.set_axis(frame.index.set_names(names)).reset_index().to_dict(orient="records")


def is_table(value: Any) -> bool:
    """Tell whether a value is a DataFrame or a Series, without importing pandas."""
    return type(value).__module__.split(".")[0] == "pandas" and hasattr(value, "to_dict")


def taken_apart(value: Any) -> Table:
    """Return a DataFrame or a Series as plain data.

    Raises:
        TypeError: a column or the index is of a kind that cannot be sent.
    """
    series = value.ndim == 1
    columns = [value] if series else [value.iloc[:, place] for place in range(value.shape[1])]
    numbered = type(value.index).__name__ == "RangeIndex" and value.index.equals(value.reset_index(drop=True).index)
    index = None if numbered and value.index.name is None else _column(value.index)
    return Table([_column(column) for column in columns], index, series)


def put_together(table: Table) -> Any:
    """Return the DataFrame or the Series that a table was."""
    import pandas as pd

    index = None if table.index is None else pd.Index(_values(table.index), name=table.index.name)
    columns = [pd.Series(_values(column), index=index, name=column.name) for column in table.columns]
    if table.series:
        return columns[0]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=index)
    frame.columns = pd.Index([column.name for column in table.columns])
    return frame


def _column(column: Any) -> Column:
    name, array = column.name, column.to_numpy()
    if not (name is None or type(name) in (str, int)):
        raise TypeError(f"a table's label {name!r} is neither a text nor a whole number")
    if isinstance(column.dtype, np.dtype) and array.dtype.kind in PLAIN_KINDS:
        return Column(name, str(array.dtype), array)
    if isinstance(column.dtype, np.dtype) and array.dtype.kind in MOMENT_KINDS:
        return Column(name, str(array.dtype), array.astype(np.int64))
    values = array.tolist()
    if str(column.dtype) not in TEXT_DTYPES or not all(type(value) in PLAIN_TYPES for value in values):
        raise TypeError(f"a table's {name!r} holds {column.dtype} that are neither numbers, texts nor times")
    return Column(name, TEXTS, values)


def _values(column: Column) -> Any:
    if column.dtype == TEXTS:
        return column.values
    return column.values.astype(np.dtype(column.dtype))
