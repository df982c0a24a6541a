"""The numbers that texts of ps2 quote."""

import functools
import math
import statistics
from collections.abc import Callable

from convnet_course import gates
from coursepack.sandbox.limits import Limits
from quoted_numbers.pictures import pull_of_cross_entropy, pull_of_the_euclidean_loss
from quoted_numbers.quote import Find, Unheld, quotes_of
from quoted_numbers.reasons import CITED, SETTING, THOUGHT, TIME
from quoted_numbers.sources import (
    combined,
    computed,
    parameters,
    printed,
    reported,
    the_only,
    trained_for_its_gate,
    written,
)

NAME = "ps2_mnist_cnn"
quote, unheld = quotes_of(NAME), functools.partial(Unheld, NAME)


def minutes_of(cell: str) -> Find:
    """Return the find of the minutes that a training of part B took: its epochs, times the seconds of one."""
    return printed(cell, r"after (\d+) epochs of ([\d.]+) s", lambda epochs, seconds: epochs * seconds / 60)


def thousands_of(cell: str) -> Find:
    return printed(cell, r"about ([\d,]+) thousand parameters")


def in_training(cell: str, name: str, pattern: str, how: Callable[..., float] = the_only) -> Find:
    """Return the find of a number in the line that `show_histories` printed for a training of that name."""
    return printed(cell, f"(?m)^{name}: training loss {pattern}$", how)


def final_loss(cell: str, name: str) -> Find:
    return in_training(cell, name, r"\S+ → (\S+), .*")


def accuracy(cell: str, name: str, epoch: int) -> Find:
    """Return the find of a test accuracy, in percent; epochs count from 1 to 5."""
    series = ", ".join([r"([\d.]+)"] * 5)
    return in_training(cell, name, rf"\S+ → \S+, test accuracy {series} %", lambda *each: each[epoch - 1])


def sigmoid_slope(z: float) -> float:
    value = 1 / (1 + math.exp(-z))
    return value * (1 - value)


MLP, TWO_CONV, DROPOUT_CNN, DEEP_MLP, DEEP_CNN = PART_B = [
    f"{name}-training" for name in ("mlp", "two-conv-net", "dropout-cnn", "deep-mlp", "deep-cnn")
]
SIMPLE_FC = printed("simple-fc-training", r"test accuracy ([\d.]+)%")
SIMPLE_CNN = printed("simple-cnn-training", r"test accuracy ([\d.]+)%")
SIMPLE_FC_SIZE = printed("simple-fc-visible", r"([\d,]+) parameters")
SIMPLE_CNN_SIZE = printed("simple-cnn-visible", r"([\d,]+) parameters")
RATES, TENTH, HUNDREDTH = "rates-simple-cnn", "learning rate 0.1", "learning rate 0.01"
SIGMOID = [accuracy("activations-picture", "FlexibleCNN, sigmoid", epoch) for epoch in (1, 5)]
MORE_STEPS = computed(lambda: 60_000 / 3_000)
LN_10 = computed(lambda: math.log(10))
BY_HEART = "overfitting-picture"

OF_PART_A_AND_B = (
    quote(
        "title",
        "{nineteen} for part B ({thirteen} of them for `DeepCNN`)",
        combined(lambda *each: sum(each), *map(minutes_of, PART_B)),
        minutes_of(DEEP_CNN),
    ),
    quote("simple-fc-text", "**{7,850} parameters**", SIMPLE_FC_SIZE),
    quote(
        "simple-fc-text",
        "= {0.665}$, loss $-\\log {0.665} = {0.408}$",
        *[printed("softmax-try", r"softmax once +tensor\(\[\[(0\.\d+)")] * 2,
        printed("softmax-try", r"log-softmax once +tensor\(\[\[-(0\.\d+)"),
    ),
    quote(
        "simple-fc-accuracy-text",
        "60,000 / 50 = {1,200} steps",
        printed("pytorch-loader", r"60,000 images give ([\d,]+) batches of 50"),
    ),
    quote(
        "simple-fc-accuracy-text",
        "asks for **{84} %** of 800 test images. The right network and loops got {86} % or more in each of {200} "
        "trainings",
        computed(lambda: 100 * gates.SIMPLE_FC.threshold),
        combined(min, *(trained_for_its_gate(network, min) for network in ("SimpleFC", "SimpleCNN"))),
        trained_for_its_gate("SimpleFC", len),
    ),
    quote("simple-cnn-accuracy-text", "({8,490} against {7,850})", SIMPLE_CNN_SIZE, SIMPLE_FC_SIZE),
    quote("simple-cnn-accuracy-text", "{84} % of 800", computed(lambda: 100 * gates.SIMPLE_CNN.threshold)),
    quote(
        "curves-caption",
        "bring `SimpleFC` to about {92} % and `SimpleCNN` to about {98} %: of four mistakes, {three} are gone",
        SIMPLE_FC,
        SIMPLE_CNN,
        combined(lambda one, two: 4 * (two - one) / (100 - one), SIMPLE_FC, SIMPLE_CNN),
    ),
    quote("explain-text", "one reads {98} % of MNIST and the other {92} %", SIMPLE_CNN, SIMPLE_FC),
    quote(
        "momentum-picture-caption",
        "{50} times as steep across the valley as along it",
        written(NAME, "momentum-picture", r"STEEPNESS = np.array\(\[1.0, ([\d.]+)\]\)"),
    ),
    quote("dropout-trap-caption", "asked {60} times", written(NAME, "dropout-trap-picture", r"passes=(\d+)")),
    quote("explain", "each image teaches it {576} times", computed(lambda: 24 * 24)),
    *(
        quote("fit-text", "{half} a minute for `MLP` and `DeepMLP`", minutes_of(training))
        for training in (MLP, DEEP_MLP)
    ),
    quote(
        "fit-text",
        "{two} minutes for `TwoConvNet`, {three and a half} for `DropoutCNN`, and {thirteen} for `DeepCNN`",
        *map(minutes_of, (TWO_CONV, DROPOUT_CNN, DEEP_CNN)),
    ),
    quote(
        "deep-cnn-why",
        "nearly {nine tenths} of all parameters",
        combined(lambda count: (3136 * 512 + 512) / count, parameters("DeepCNN")),
    ),
    quote(
        "networks-picture-caption",
        "`MLP` has {49} times, `DeepMLP` {79} times those of `SimpleCNN`",
        *(combined(lambda many, few: 1000 * many / few, thousands_of(one), SIMPLE_CNN_SIZE) for one in (MLP, DEEP_MLP)),
    ),
    quote(
        "networks-picture-caption",
        "| `DropoutCNN` after 5, 10, 15 epochs | {97.70} %, {98.53} %, {98.54} % |",
        *(reported("DropoutCNN", figure) for figure in range(3)),
    ),
    quote(
        "networks-picture-caption",
        "| `DeepCNN` after 2, 4 epochs | {99.02} %, {99.32} % |",
        *(reported("DeepCNN", figure) for figure in range(2)),
    ),
    quote("networks-picture-caption", "| `MLP` | {91.77} % |", reported("MLP")),
    quote("networks-picture-caption", "| `TwoConvNet` | {97.32} % |", reported("TwoConvNet")),
    quote(
        "networks-picture-caption",
        "| `DeepMLP` (dropout left on in evaluation) | {97.86} % |",
        reported("DeepMLP-0.01"),
    ),
    *(
        quote("closing", words, combined(lambda thousands: thousands / 1000, thousands_of(DEEP_CNN)))
        for words in ("7,850 parameters to {1.8} million", "up to {1.8} million weights")
    ),
)
OF_PART_C_AND_D = (
    quote(
        "learning-rates-text",
        "`DeepMLP` {97.86} %, {95.97} % and {89.53} %",
        *(reported(f"DeepMLP-{rate}") for rate in ("0.01", "0.001", "0.0001")),
    ),
    quote("rates-simple-cnn-caption", "log 10 = {2.303}", LN_10),
    quote(
        "learning-rates",
        "`DeepMLP` loses {eight} points",
        combined(lambda best, worst: best - worst, reported("DeepMLP-0.01"), reported("DeepMLP-0.0001")),
    ),
    quote(
        "learning-rates",
        "ends at {0.25}, far above the {0.03} of 0.01",
        final_loss(RATES, TENTH),
        final_loss(RATES, HUNDREDTH),
    ),
    quote(
        "learning-rates",
        "({84}, {94}, {92}, {91}, {93} %) and ends almost {six} points lower",
        *(accuracy(RATES, TENTH, epoch) for epoch in range(1, 6)),
        combined(lambda slow, fast: slow - fast, accuracy(RATES, HUNDREDTH, 5), accuracy(RATES, TENTH, 5)),
    ),
    quote("learning-rates", "makes steps up to {ten} times as long", computed(lambda: 1 / (1 - 0.9))),
    quote("learning-rates", "the same steps are {ten} times shorter", computed(lambda: 0.1 / 0.01)),
    *(quote(cell, "log 10 = {2.3}", LN_10) for cell in ("learning-rates", "activations")),
    quote(
        "kernels-caption",
        "in our run, {97.9} % against {98.3} %",
        *(accuracy("kernels-picture", rf"kernel {size}×{size}, \S+ parameters", 5) for size in (3, 5)),
    ),
    quote(
        "activations-text",
        "at most **{0.25}**, at z = 0; for z = 5 it is {0.0066}",
        *(computed(lambda z=z: sigmoid_slope(z)) for z in (0, 5)),
    ),
    quote(
        "activations-caption",
        "{twenty} times as many steps as with 3,000 images, the convolutional one reached {35} % after one epoch and "
        "{90} % after five",
        MORE_STEPS,
        *SIGMOID,
    ),
    quote(
        "activations",
        "with {twenty} times as many steps, the same network knows {35} % of the test images after one epoch and "
        "{90} % after five",
        MORE_STEPS,
        *SIGMOID,
    ),
    quote(
        "losses-training-caption",
        "with {0.09}, cross-entropy with {0.9}, {ten} times as hard",
        computed(pull_of_the_euclidean_loss),
        computed(pull_of_cross_entropy),
        computed(lambda: pull_of_cross_entropy() / pull_of_the_euclidean_loss()),
    ),
    quote(
        "overfitting",
        "only for the first {120} steps or so, to {0.41}; then it rises slowly, to {0.55} at the end",
        *(
            printed(BY_HEART, rf"(?m)^1,000 images: {rest}")
            for rest in (r".* step (\d+)", r".*\((\S+)\)", r".* finally (\S+)")
        ),
    ),
    quote(
        "overfitting",
        "{five} times as many do not",
        printed(BY_HEART, r"(?m)^([2-9],000) images:", lambda images: images / 1000),
    ),
    *(
        quote(cell, words, printed("capstone-visible", r"(\d+)% of the test images"))
        for cell, words in (
            ("title", "a network of your own that passes {99} %"),
            ("capstone-text", "reach **{99} % on MNIST's test images**"),
            ("capstone-text", "The {99} % are asserted by this notebook"),
            ("capstone-text", "Networks that pass {99} % on all of MNIST"),
            ("capstone-caption", "still pass {99} %"),
        )
    ),
    quote(
        "capstone-text",
        "a training that has computed for {five} minutes is ended",
        computed(lambda: Limits().cell_cpu_seconds / 60),
    ),
    quote(
        "capstone-text",
        "reach {97} to {99} % there",
        *(trained_for_its_gate("Capstone", how) for how in (min, max)),
    ),
    quote("title", "{one} for our recipe", printed("capstone-training", r"(\d+) s of computing", lambda s: s / 60)),
    quote("capstone-text", "**at least {95} %** right", computed(lambda: 100 * gates.CAPSTONE.threshold)),
    quote(
        "capstone-text",
        "it needs about {nine} seconds an epoch on 3,000 images",
        printed("deep-cnn-training", r"epochs of ([\d.]+) s", lambda seconds: seconds * 3_000 / 60_000),
    ),
    quote(
        "capstone-text",
        "`SimpleCNN` as we trained it, about {90} %",
        trained_for_its_gate("SimpleCNN", statistics.median),
    ),
)
QUOTES = (*OF_PART_A_AND_B, *OF_PART_C_AND_D)
UNHELD = (
    unheld("parameter-arithmetic-caption", "each labelled mark is a factor of ten", SETTING),
    unheld("part-c", "they take about fourteen minutes of computing", TIME),
    unheld("steps-picture-caption", "the curves of 0.01 and 0.001", SETTING),
    unheld("rates-simple-cnn-caption", "after a hundred times as many steps", THOUGHT),
    unheld("rates-simple-cnn-caption", "at 0.1, and where does it end, compared with 0.01?", SETTING),
    unheld("rates-simple-cnn-caption", "momentum 0.9", SETTING),
    unheld("learning-rates", "With a hundred times as many steps at 0.0001 it would", THOUGHT),
    unheld("learning-rates", "at a hundred times the price", THOUGHT),
    unheld("learning-rates", "0.01 and 0.001 end closer together than 0.001 and 0.0001", SETTING),
    unheld("learning-rates", "At 0.1 the loss falls", SETTING),
    unheld("learning-rates", "of 0.01; the accuracy", SETTING),
    unheld("learning-rates", "Momentum 0.9 makes", SETTING),
    unheld("learning-rates", "At 0.01 the same", SETTING),
    unheld("layers-picture-caption", "learning rate 0.001", SETTING),
    unheld("activations-caption", "learning rate 0.001", SETTING),
    unheld("losses-training-caption", "ten equal probabilities of 0.1", SETTING),
    unheld("overfitting-text", "It takes about half a minute", TIME),
    unheld("capstone-caption", "reach 99.4 to 99.6 % with fewer than 10,000 parameters", CITED),
)
