"""Counts the running mean and variance as parameters."""

# loses: parameters-hidden
# %% parameters
conv_parameters = [320, 18_496, 57_700]
batch_norm_parameters = [128, 256, 400]
max_pool_output_parameters = 9_010
batch_norm_output_parameters = 1_010
max_pool_total = sum(conv_parameters) + max_pool_output_parameters
batch_norm_total = sum(conv_parameters) + sum(batch_norm_parameters) + batch_norm_output_parameters
