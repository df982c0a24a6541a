"""Flattens with the channels of the first block."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = 24
pool1_size = 12
conv2_size = 8
pool2_size = 4
flat_features = 160
