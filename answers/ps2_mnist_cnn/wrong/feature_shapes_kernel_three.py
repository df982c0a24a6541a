"""Computes with 3×3 kernels."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = 26
pool1_size = 13
conv2_size = 11
pool2_size = 5
flat_features = 500
