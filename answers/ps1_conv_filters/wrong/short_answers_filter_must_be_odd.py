"""Believes that a filter must be of odd size."""

# loses: short-answers-hidden
# %% short-answers
input_units = 784
largest_filter = (27, 27)
feature_map_size = (20, 20)
