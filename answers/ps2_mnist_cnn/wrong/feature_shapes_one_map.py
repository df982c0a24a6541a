"""Flattens one map only."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = 24
pool1_size = 12
conv2_size = 8
pool2_size = 4
flat_features = 16
