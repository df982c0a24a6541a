"""Counts a bias among the input units."""

# loses: short-answers-hidden
# %% short-answers
input_units = 28 * 28 + 1
largest_filter = (28, 28)
feature_map_size = (20, 20)
