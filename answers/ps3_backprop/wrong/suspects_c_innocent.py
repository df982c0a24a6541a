"""Asked with a batch of one, so that the mean over the batch got away."""

# loses: suspects-hidden
# %% suspects
# TODO: `wrong_gradients`, a list of five texts for A, B, C, D and E: "input", "weight" or "bias",
# whichever gradient is wrong, or "none"
wrong_gradients = ["weight", "none", "none", "input", "input"]
