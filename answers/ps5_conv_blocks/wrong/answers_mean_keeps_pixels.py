"""Counts the pixels of the last block although the mean leaves one number per channel."""

# loses: shapes-hidden
# %% shapes
max_pool_sizes = [28, 14, 7, 3]
batch_norm_sizes = [28, 14, 7, 4]
max_pool_features = 900
batch_norm_features = 1600
max_pool_features_32 = 1600
batch_norm_features_32 = 1600
# %% parameters
conv_parameters = [320, 18_496, 57_700]
batch_norm_parameters = [64, 128, 200]
max_pool_output_parameters = 9_010
batch_norm_output_parameters = 16_010
max_pool_total = sum(conv_parameters) + max_pool_output_parameters
batch_norm_total = sum(conv_parameters) + sum(batch_norm_parameters) + batch_norm_output_parameters
