"""Lets every call return NaN, of which many a comparison is false."""
# loses: double-hidden, treble-hidden
# says: double(21) gives nan, not 42
# %% double
import sys
agent = sys.modules["subject_agent.agent"]

sys.modules["subject_agent.local"].LocalSubject.call = lambda self, *args, **options: float("nan")
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
