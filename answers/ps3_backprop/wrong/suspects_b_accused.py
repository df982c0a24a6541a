"""Accuses the tangent too."""

# loses: suspects-hidden
# %% suspects
# TODO: `wrong_gradients`, a list of five texts for A, B, C, D and E: "input", "weight" or "bias",
# whichever gradient is wrong, or "none"
wrong_gradients = ["weight", "input", "bias", "input", "input"]
