"""The numbers that texts of ps1 quote."""

import functools

from quoted_numbers.quote import Unheld, quotes_of
from quoted_numbers.reasons import READER
from quoted_numbers.sources import computed, printed

NAME = "ps1_conv_filters"
quote, unheld = quotes_of(NAME), functools.partial(Unheld, NAME)

QUOTES = (
    quote(
        "pooling-digit-picture-caption",
        "A digit pooled {three} times",
        printed("pooling-digit-picture", r"(\d+)%, (\d+)%, (\d+)%, (\d+)%", lambda *apart: len(apart) - 1),
    ),
    quote(
        "pooling-digit-picture-caption",
        "the means over {100} test digits",
        printed("pooling-digit-picture", r"(\d+) test digits"),
    ),
    quote(
        "conv-layer-task",
        "64·32·26·26 ≈ {1.4} million output pixels",
        computed(lambda: 64 * 32 * 26 * 26 / 1e6),
    ),
)

UNHELD = (unheld("title", "about two and a half hours", READER),)
