"""Short answers as lists and as expressions."""

# %% short-answers
input_units = len(np.zeros((28, 28)).ravel())
largest_filter = [28, 28]
feature_map_size = [20] * 2
