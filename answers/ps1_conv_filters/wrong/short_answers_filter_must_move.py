"""Believes that the filter must have room to move."""

# loses: short-answers-hidden
# %% short-answers
input_units = 784
largest_filter = (14, 14)
feature_map_size = (20, 20)
