"""Answers in words."""

# loses: short-answers-hidden
# %% short-answers
input_units = 784
largest_filter = "28×28"
feature_map_size = "20×20"
