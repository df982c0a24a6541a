"""Connects the pixels to one map only."""
# loses: parameter-arithmetic-hidden
# %% parameter-arithmetic
conv1_parameters = 260
conv2_parameters = 5020
output_parameters = 3210
dense_parameters = 784 * 24 * 24 + 24 * 24
conv2_multiplications = 320000
steps_per_training = 4690
