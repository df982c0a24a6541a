"""Takes the convolutions for padded ones."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = 28
pool1_size = 14
conv2_size = 14
pool2_size = 7
flat_features = 980
