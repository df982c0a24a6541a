"""Gives areas instead of sizes."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = 576
pool1_size = 144
conv2_size = 64
pool2_size = 16
flat_features = 320
