"""Counts the multiplications for the pooled maps."""
# loses: parameter-arithmetic-hidden
# %% parameter-arithmetic
conv1_parameters = 260
conv2_parameters = 5020
output_parameters = 3210
dense_parameters = 4521600
conv2_multiplications = 20 * 4 * 4 * 250
steps_per_training = 4690
