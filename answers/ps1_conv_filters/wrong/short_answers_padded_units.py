"""Has 32×32 pixels in mind."""

# loses: short-answers-hidden
# %% short-answers
input_units = 32 * 32
largest_filter = (28, 28)
feature_map_size = (20, 20)
