"""Counts a bias as one more input of each filter."""
# %% parameter-arithmetic
conv1_parameters = 10 * (25 + 1)
conv2_parameters = 20 * (10 * 25 + 1)
output_parameters = 10 * (320 + 1)
dense_parameters = 5760 * (784 + 1)
conv2_multiplications = (conv2_parameters - 20) * 8**2
steps_per_training = -(-60_000 // 64) * 5
