"""Believes that flattening a larger image gives as many features."""

# loses: shapes-hidden
# %% shapes
max_pool_sizes = [28, 14, 7, 3]
batch_norm_sizes = [28, 14, 7, 4]
max_pool_features = 900
batch_norm_features = 100
max_pool_features_32 = 900
batch_norm_features_32 = 100
