"""Gives each output channel one kernel instead of one per input channel."""

# loses: parameters-hidden
# %% parameters
conv_parameters = [320, 640, 1_000]
batch_norm_parameters = [64, 128, 200]
max_pool_output_parameters = 9_010
batch_norm_output_parameters = 1_010
max_pool_total = sum(conv_parameters) + max_pool_output_parameters
batch_norm_total = sum(conv_parameters) + sum(batch_norm_parameters) + batch_norm_output_parameters
