"""Forgets all biases."""

# loses: parameters-hidden
# %% parameters
conv_parameters = [288, 18_432, 57_600]
batch_norm_parameters = [64, 128, 200]
max_pool_output_parameters = 9_000
batch_norm_output_parameters = 1_000
max_pool_total = sum(conv_parameters) + max_pool_output_parameters
batch_norm_total = sum(conv_parameters) + sum(batch_norm_parameters) + batch_norm_output_parameters
