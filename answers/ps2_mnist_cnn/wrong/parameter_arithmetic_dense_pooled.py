"""Connects the pixels to the pooled maps."""
# loses: parameter-arithmetic-hidden
# %% parameter-arithmetic
conv1_parameters = 260
conv2_parameters = 5020
output_parameters = 3210
dense_parameters = 784 * 10 * 12 * 12 + 10 * 12 * 12
conv2_multiplications = 320000
steps_per_training = 4690
