"""Leaves out the pooling between the convolutions."""
# loses: feature-shapes-hidden
# %% feature-shapes
conv1_size = 24
pool1_size = 12
conv2_size = 20
pool2_size = 10
flat_features = 2000
