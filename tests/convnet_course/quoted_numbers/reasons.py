"""Why no output holds a number that a text quotes."""

READER = "the reader's own time, not the computer's"
TIME = "how long it took us: no cell prints it"
SETTING = "a setting that the text or the code gives, not a measurement"
ARITHMETIC = "arithmetic within the text"
THOUGHT = "a thought: nobody ran it"
CITED = "from a work that docs/results.md does not list"
OTHER_RUN = "of a run that is not recorded"
