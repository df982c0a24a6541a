"""The numbers that texts of the notebooks quote, a module for each problem set.

`QUOTES` hold numbers: each must agree with what the worked version printed, with a recorded training, or with a
computation. `UNHELD` are those that cannot be held so, each with its reason.
"""

from quoted_numbers import ps1, ps2, ps3, ps4, ps5, ps6

PROBLEM_SETS = (ps1, ps2, ps3, ps4, ps5, ps6)
QUOTES = tuple(quote for one in PROBLEM_SETS for quote in one.QUOTES)
UNHELD = tuple(unheld for one in PROBLEM_SETS for unheld in one.UNHELD)
