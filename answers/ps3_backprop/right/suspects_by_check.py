"""Lets the check decide."""

# %% suspects
# TODO: `wrong_gradients`, a list of five texts for A, B, C, D and E: "input", "weight" or "bias",
# whichever gradient is wrong, or "none"
wrong_gradients = []
for letter, suspect in suspects.items():
    draw = np.random.default_rng(11)
    errors = gradient_check(suspect, draw.normal(size=(5, 4)), draw.normal(size=(5, suspect.n_outputs)))
    wrong_gradients.append(next((name for name, error in errors.items() if error > 1e-3), "none"))
