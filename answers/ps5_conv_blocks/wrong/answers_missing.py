"""Leaves both exercises empty."""

# loses: shapes-hidden, parameters-hidden
# %% shapes
# I did not have the time
# %% parameters
# neither here
