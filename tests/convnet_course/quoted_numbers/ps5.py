"""The numbers that texts of ps5 quote."""

import functools
import math
import statistics

from convnet_course import gates
from quoted_numbers.quote import Find, Unheld, quotes_of
from quoted_numbers.reasons import ARITHMETIC, OTHER_RUN, READER, SETTING
from quoted_numbers.sources import (
    all_trainings,
    blur,
    combined,
    computed,
    last,
    over_all_seeds,
    passed,
    printed,
    reported,
    trained_for_its_gate,
)

NAME = "ps5_conv_blocks"
quote, unheld = quotes_of(NAME), functools.partial(Unheld, NAME)


def minutes_of_three_runs(cell: str) -> Find:
    return printed(cell, "(?s)" + ".*".join([r" in (\d+) s"] * 3), lambda *seconds: sum(seconds) / 60)


def share_of_the_third_convolution(cell: str) -> Find:
    pattern = r"(?s)Conv2d: 1-7 [^\n]* ([\d,]+)\n.*Total params: ([\d,]+)"
    return printed(cell, pattern, lambda convolution, total: convolution / total)


def one_in(reached: list[float]) -> float:
    """Return of how many trainings one died: it guesses, and is right in 10 %."""
    return len(reached) / sum(accuracy < 20 for accuracy in reached)


NETWORKS = ("MultiLayerPerceptron", "ConvMaxPoolNetwork", "ConvBatchNormNetwork")


def row(network: str) -> list[Find]:
    """Return the finds of a row of the activity's table: two losses and an accuracy."""
    return [reported(network, figure) for figure in (1, 2, 0)]


QUOTES = (
    quote(
        "title",
        "took {sixteen} minutes and those of the second {eight}",
        *map(minutes_of_three_runs, ("conv-max-pool-train", "conv-batch-norm-train")),
    ),
    quote("perceptron-idea", "= {79,510} parameters", printed("perceptron", r"Total params: ([\d,]+)")),
    quote(
        "parameters-caption",
        "has {two thirds} of the first network and {three quarters} of the second",
        *map(share_of_the_third_convolution, ("conv-max-pool-summary", "conv-batch-norm-summary")),
    ),
    quote(
        "conv-max-pool-train-idea",
        "about a {quarter} of an hour",
        combined(lambda minutes: minutes / 60, minutes_of_three_runs("conv-max-pool-train")),
    ),
    quote(
        "conv-max-pool-train-idea",
        "at least **{70} %** of 200",
        computed(lambda: 100 * gates.CONV_MAX_POOL.threshold),
    ),
    quote(
        "conv-max-pool-train-idea",
        "about one in {six} dies",
        trained_for_its_gate("ConvMaxPoolNetwork", one_in),
    ),
    quote(
        "conv-max-pool-train-idea",
        "the right solution {200} times: {162} trainings passed, with a median of {89} %",
        *(
            trained_for_its_gate("ConvMaxPoolNetwork", how)
            for how in (len, passed(gates.CONV_MAX_POOL.threshold), statistics.median)
        ),
    ),
    quote(
        "dead-relu",
        "its loss stayed at {2.30} and its accuracy at about {10} %",
        computed(lambda: math.log(10)),
        trained_for_its_gate("ConvMaxPoolNetwork", min),
    ),
    quote(
        "dead-relu",
        "about one run in {six} of this network; on all of MNIST, to {3} of {20}",
        trained_for_its_gate("ConvMaxPoolNetwork", one_in),
        all_trainings("ConvMaxPoolNetwork", lambda runs: sum(not run.has_learnt for run in runs)),
        all_trainings("ConvMaxPoolNetwork", len),
    ),
    quote("dead-relu", "ln 10 ≈ **{2.303}**", computed(lambda: math.log(10))),
    quote(
        "squeeze-trap-meaning",
        "at least **{70} %** of the same 200",
        computed(lambda: 100 * gates.CONV_BATCH_NORM.threshold),
    ),
    quote(
        "squeeze-trap-meaning",
        "Of {200} trainings of the right solution, {192} passed at once, with a median of {86} %",
        *(
            trained_for_its_gate("ConvBatchNormNetwork", how)
            for how in (len, passed(gates.CONV_BATCH_NORM.threshold), statistics.median)
        ),
    ),
    quote(
        "spread-idea",
        "= ± {0.17} percentage points; with n = 800 it is ± {0.60} points",
        *(computed(lambda images=images: blur(97, images)) for images in (10_000, 800)),
    ),
    quote(
        "reported-run-idea",
        "a probability of {25} %, and shows nothing; above all of 19 is one place of twenty, {5} %",
        *(computed(lambda runs=runs: 100 / (runs + 1)) for runs in (3, 19)),
    ),
    quote(
        "reported-run-caption",
        "(dead ones, at about {11} %,",
        all_trainings("ConvMaxPoolNetwork", lambda runs: statistics.fmean(last(r) for r in runs if not r.has_learnt)),
    ),
    quote(
        "conclusion",
        "when we trained each {twenty} times on all of MNIST",
        combined(min, *(all_trainings(name, len) for name in NETWORKS)),
    ),
    quote(
        "conclusion",
        "our means were {half} a point, {0.4} and {0.2} points lower",
        *(
            combined(lambda theirs, ours: theirs - ours, reported(name), over_all_seeds(name, statistics.fmean, last))
            for name in NETWORKS
        ),
    ),
    quote("conclusion", "| `MultiLayerPerceptron` | {0.28} | {0.16} | {95.38} % |", *row("MultiLayerPerceptron")),
    quote("conclusion", "| `ConvMaxPoolNetwork` | {0.24} | {0.11} | {97.03} % |", *row("ConvMaxPoolNetwork")),
    quote("conclusion", "| `ConvBatchNormNetwork` | {0.17} | {0.03} | {98.66} % |", *row("ConvBatchNormNetwork")),
)
UNHELD = (
    unheld("title", "about 90 minutes of yours", READER),
    unheld("conv-max-pool-maps-caption", "we saw a network read 94 % of its test images", OTHER_RUN),
    unheld("results-idea", "0.9703 means 97.03 %", ARITHMETIC),
    unheld("conclusion", "with a learning rate of 0.001", SETTING),
)
