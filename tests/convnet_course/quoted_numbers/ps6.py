"""The numbers that texts of ps6 quote."""

import functools
import statistics

from convnet_course import gates, references
from quoted_numbers.pictures import growth_through_fifty_layers
from quoted_numbers.quote import Unheld, quotes_of
from quoted_numbers.reasons import READER, TIME
from quoted_numbers.sources import blur, combined, computed, printed, recorded, reported, trained_for_its_gate, written

NAME = "ps6_cifar_convnet"
quote, unheld = quotes_of(NAME), functools.partial(Unheld, NAME)
SUMMARY = "conv-net-summary"

QUOTES = (
    quote(
        "title",
        "{nine} million parameters",
        printed("conv-net-visible", r"([\d,]+) parameters", lambda count: count / 1e6),
    ),
    quote(
        "title",
        "we measured {33} minutes on one core of a server",
        recorded("ConvNet", lambda run: run.outcome.seconds / 60),
    ),
    *(
        quote(cell, words, recorded("ConvNet", lambda run: run.outcome.seconds / 3600), bound="at least")
        for cell, words in (
            ("title", "{half} an hour or more for the training of Exercise 4"),
            ("training-idea", "**{half} an hour or more**"),
        )
    ),
    quote("cost-idea", "= {618} parameters", printed("cost-try", r"(\d+) parameters")),
    quote(
        "cost-picture-caption",
        "{Half} of the weights sit in the last two",
        combined(
            lambda *counts: sum(counts[:2]) / counts[2],
            *(printed(SUMMARY, rf"Conv2d: {name} +\[.*?\] +([\d,]+)") for name in ("2-23", "2-26")),
            printed(SUMMARY, r"Total params: ([\d,]+)"),
        ),
    ),
    quote(
        "training-idea",
        "at least **{85} %** of 800",
        computed(lambda: 100 * gates.CONV_NET.threshold),
    ),
    quote(
        "training-idea",
        "the right solution {200} times: the worst network reached {93} %, the median {97} %",
        *(trained_for_its_gate("ConvNet", how) for how in (len, min, statistics.median)),
    ),
    quote("settings-picture-caption", "up to {1.6} points", computed(lambda: blur(50, 1_000))),
    quote(
        "residual-picture-caption",
        "to {several thousand} times its size",
        computed(lambda: growth_through_fifty_layers(shortcut=False)),
    ),
    quote(
        "residual-picture-caption",
        "within a factor of {ten}",
        computed(lambda: growth_through_fifty_layers(shortcut=True)),
        bound="at most",
    ),
    quote(
        "training-idea",
        "({33} minutes on one core of a server for us, {58} with other work beside it)",
        recorded("ConvNet", lambda run: run.outcome.seconds / 60),
        printed("conv-net-train", r"; (\d+) s", lambda seconds: seconds / 60),
    ),
    quote(
        "settings-idea",
        "the two trainings take less than {two} minutes",
        printed("settings-picture", r"(?s)in (\d+) s.* in (\d+) s", lambda *both: sum(both) / 60),
        bound="at most",
    ),
    quote(
        "settings-picture-caption",
        "more steps alone gained {13} points, Adam alone lost {3}, and both together gained {8}",
        printed("settings-picture", r"more steps alone: .*, \+([\d.]+) points"),
        printed("settings-picture", r"Adam alone: .*, -([\d.]+) points"),
        printed("settings-picture", r"both together: .*, \+([\d.]+) points"),
    ),
    quote(
        "settings-picture-caption",
        "SGD at {0.01} learnt at least as fast as Adam at {0.001}",
        *(written(NAME, "settings", rf"{name}\(parameters, lr=([\d.]+)\)") for name in ("SGD", "Adam")),
    ),
    quote(
        "conclusion",
        "our worked version reached {74} % at {0.77}",
        printed("conv-net-train", r"test accuracy ([\d.]+)%"),
        printed("conv-net-train", r"test loss ([\d.]+)"),
    ),
    quote(
        "conclusion",
        "about **{76} %** of the test images right at a loss of {0.75}",
        *(reported("ConvNet", figure) for figure in range(2)),
    ),
    quote(
        "conclusion",
        "stayed near {50} %, however deep",
        combined(lambda *both: statistics.fmean(both), reported("ps3-MLP"), reported("ps3-DeepMLP")),
    ),
    quote(
        "conclusion",
        "the narrow network above, with {0.6} million parameters, was right on {54} % (Adam) and {59} % (SGD) of the "
        "validation images after {800} steps",
        computed(lambda: sum(each.numel() for each in references.conv_net(width=16).parameters()) / 1e6),
        printed("settings-picture", r"both together: ([\d.]+) %"),
        printed("settings-picture", r"more steps alone: ([\d.]+) %"),
        printed("settings-picture", r"SGD: (\d+) steps"),
    ),
    quote("conclusion", "are {3.2} epochs", computed(lambda: 5_000 * 32 / 50_000)),
)
UNHELD = (
    unheld("title", "about 90 minutes of yours", READER),
    # 65 s for the rates and 97 s for the settings
    unheld("title", "five short trainings take three minutes more", TIME),
    unheld("settings-idea", "where they take half a minute", TIME),
)
