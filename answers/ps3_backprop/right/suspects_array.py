"""Gives an array of texts."""

# %% suspects
# TODO: `wrong_gradients`, a list of five texts for A, B, C, D and E: "input", "weight" or "bias",
# whichever gradient is wrong, or "none"
wrong_gradients = np.array(["weight", "none", "bias", "input", "input"])
