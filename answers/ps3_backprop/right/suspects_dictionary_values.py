"""Takes the values of a dictionary."""

# %% suspects
# TODO: `wrong_gradients`, a list of five texts for A, B, C, D and E: "input", "weight" or "bias",
# whichever gradient is wrong, or "none"
wrong_gradients = list({"A": "weight", "B": "none", "C": "bias", "D": "input", "E": "input"}.values())
