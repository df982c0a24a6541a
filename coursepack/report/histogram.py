"""The report's figure, as SVG that takes its colours from the page."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Stand-ins that the page's own colours replace, so that one figure suits light, dark and print.
INK, BAR, GRID = "#010203", "#040506", "#070809"
_COLOURS = {INK: "currentColor", BAR: "var(--accent)", GRID: "var(--line)"}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.edgecolor": GRID,
    "font.size": 11,
}


@dataclass(frozen=True)
class Bin:
    """One bar of the histogram: scores from `low` up to, but without, `high`; full marks have a bar of their own."""

    low: float
    high: float
    count: int

    @property
    def label(self) -> str:
        """The whole points the bar stands for."""
        last = self.high - 1
        return f"{self.low:g}" if last <= self.low else f"{self.low:g}–{last:g}"


def histogram_bins(scores: Sequence[float], max_score: float) -> list[Bin]:
    """Return the bars from 0 points to full marks, at most eleven, each one or more whole points wide."""
    width = max(1, math.ceil(max_score / 10))
    places = [min(int(score // width), int(max_score // width)) for score in scores]
    lows = [width * place for place in range(int(max_score // width) + 1)]
    highs = [*lows[1:], max(max_score + 1, lows[-1] + 1)]
    return [Bin(low, high, places.count(place)) for place, (low, high) in enumerate(zip(lows, highs, strict=True))]


def score_histogram(scores: Sequence[float], max_score: float, median: float, *, narrow: bool = False) -> str:
    """Return an inline SVG: how many students have how many points, with the median marked.

    Args:
        scores: the students' points.
        max_score: points of the whole assignment.
        median: their median.
        narrow: draw it for a telephone: half as wide, with every second bar labelled if there are many.
    """
    bins = histogram_bins(scores, max_score)
    top = 1.35 * max(1, *(each.count for each in bins))
    # Names in an SVG hold for the whole page, and both figures stand in it.
    with mpl.rc_context({**_STYLE, "svg.hashsalt": "narrow" if narrow else "wide"}):
        figure = Figure(figsize=(3.6, 2.9) if narrow else (7.2, 2.9), layout="constrained")
        axes = figure.subplots()
        axes.bar(range(len(bins)), [each.count for each in bins], width=0.86, color=BAR, edgecolor="none")
        for place, each in enumerate(bins):
            if each.count:
                axes.text(place, each.count, str(each.count), ha="center", va="bottom")
        axes.set(xlabel="score (points)", ylabel="students", xlim=(-0.6, len(bins) - 0.4), ylim=(0, top))
        labelled = range(0, len(bins), 2 if narrow and len(bins) > 6 else 1)
        axes.set_xticks(labelled, [bins[place].label for place in labelled])
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        axes.set_axisbelow(True)
        axes.grid(axis="y", color=GRID, linewidth=0.8)
        axes.tick_params(length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
        _mark_median(axes, bins, median, top)
        return _inline(figure)


def _mark_median(axes: Axes, bins: list[Bin], median: float, top: float) -> None:
    width = bins[0].high - bins[0].low
    # Whole points lie evenly within a bar: of a bar for 3, 4 and 5 points, 4 is the middle.
    place = min((median + 0.5) / width - 0.5, len(bins) - 1)
    # From above the bar and its number to the top.
    bottom = bins[round(place)].count + 0.13 * top if bins[round(place)].count else 0
    axes.plot([place, place], [bottom, top], color=INK, linewidth=1.4, linestyle=(0, (4, 3)))
    left = place > 0.75 * len(bins)
    axes.annotate(
        f"median {median:g}",
        (place, top),
        xytext=(-6 if left else 6, -3),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
    )


def _inline(figure: Figure) -> str:
    """Return a figure as an SVG element for a page: scalable, without prologue, in the page's colours."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # names of parts, which nothing refers to
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'^<svg ([^>]*?)width="[^"]*"', r"<svg \1", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'^<svg ([^>]*?)height="[^"]*"', r"<svg \1", svg, count=1, flags=re.DOTALL)
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
