"""The numbers that texts of ps3 quote."""

import functools
import math
import statistics

from quoted_numbers.pictures import gain_of_the_central_difference, loss_of_gradient_by_a_layer
from quoted_numbers.quote import Unheld, quotes_of
from quoted_numbers.reasons import ARITHMETIC, READER, SETTING, TIME
from quoted_numbers.sources import computed, parameters, printed, recorded, reported

NAME = "ps3_backprop"
DEEP = "ps3-DeepMLP"
EPSILON = 2.0**-52
quote, unheld = quotes_of(NAME), functools.partial(Unheld, NAME)

QUOTES = (
    quote("derive-linear", "({0.55}, −0.4), too", printed("by-hand-try", r"^([\d.]+)$")),
    quote(
        "step-picture-caption",
        "ε = {2.2}·10⁻¹⁶ is float64's precision; their sum is least for h of the size of ∛ε ≈ {6}·10⁻⁶",
        computed(lambda: 1e16 * EPSILON),
        computed(lambda: 1e6 * math.cbrt(EPSILON)),
    ),
    quote(
        "step-picture-caption",
        "its error is {several hundred} times larger",
        computed(gain_of_the_central_difference),
    ),
    quote(
        "cross-entropy-idea",
        "L = (ln 2 + ln 4)/2 = {1.04}",
        computed(lambda: (math.log(2) + math.log(4)) / 2),
    ),
    quote("cross-entropy-idea", "L = ln 10 ≈ {2.30}", computed(lambda: math.log(10))),
    quote("mlp-check-picture-caption", "found all {62} gradients", computed(lambda: 6 * 5 + 5 * 4 + 4 * 3)),
    quote("mlp-check-picture-caption", "its {308,310} parameters", parameters("ps3-MLP")),
    quote("linear-task", "from about −{125} to", printed("load-data", r"mean colour \[([\d.]+) ")),
    quote("data-idea", "a list of {3,072} numbers", printed("load-data", r"([\d,]+) numbers each")),
    quote("data-idea", "{64} is the spread of a pixel", printed("load-data", r"spread of a number ([\d.]+)")),
    quote("deep-gradients-caption", "about a {thousandfold}", computed(loss_of_gradient_by_a_layer)),
    quote(
        "deep-curves-caption",
        "the training accuracy rose to {99} % and the training loss fell to {0.05}, while the test loss rose from "
        "{1.4} after 1,000 steps to {4.9}, and the test accuracy stayed near {54} % from step 4,000 on",
        recorded(DEEP, lambda run: run.outcome.training_accuracies[-1]),
        recorded(DEEP, lambda run: run.outcome.losses[-1]),
        recorded(DEEP, lambda run: run.outcome.test_losses[0]),
        recorded(DEEP, lambda run: run.outcome.test_losses[-1]),
        recorded(DEEP, lambda run: statistics.median(run.outcome.accuracies[3:])),
    ),
    quote("conclusion", "| about {46} % | about {1.6} |", *(reported("ps3-MLP", figure) for figure in range(2))),
    quote(
        "deep-train-idea",
        "which takes {four} minutes or more",
        printed("deep-train", r" (\d+) s", lambda seconds: seconds / 60),
    ),
    quote("conclusion", "| {54} % at its best |", reported(DEEP)),
)
UNHELD = (
    unheld("title", "about three and a half hours", READER),
    unheld("title", "some ten minutes in all with CIFAR-10", TIME),
    unheld("step-picture-caption", "50 places between 0.5 and 1.5", SETTING),
    unheld("derive-linear", "is (0.1, 0.5)ᵀ (1, −2), which has the rows (0.1, −0.2) and (0.5, −1), as in", ARITHMETIC),
    unheld("derive-linear", "= 0.1 · (0.5, 1) + 0.5 · (1, −1) = (0.55, −0.4), too", ARITHMETIC),
    unheld("settings-picture-caption", "A rate that is ten times too small", SETTING),
    unheld("settings-picture-caption", "moved to the right by a factor of ten", SETTING),
    unheld("settings-picture-caption", "A rate that is ten times too large", SETTING),
    unheld("settings-picture-caption", "Four times the steps cost four times the time", SETTING),
    unheld("deep-gradients-caption", "weights of size 0.0001", SETTING),
)
