"""Short answers worked out with output_size."""

# %% short-answers
input_units = digit.size
largest_filter = digit.shape
side = output_size(output_size(28, 5), 5)
feature_map_size = side, side
