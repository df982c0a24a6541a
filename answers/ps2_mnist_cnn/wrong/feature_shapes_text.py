"""Gives the shapes as text."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = "24×24"
pool1_size = "12×12"
conv2_size = "8×8"
pool2_size = "4×4"
flat_features = 320
