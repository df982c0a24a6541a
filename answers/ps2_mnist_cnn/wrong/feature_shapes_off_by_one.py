"""Forgets the + 1 of the formula."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = 23
pool1_size = 11
conv2_size = 6
pool2_size = 3
flat_features = 180
