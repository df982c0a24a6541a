"""Writes the numbers down."""
# %% parameter-arithmetic
conv1_parameters = 260
conv2_parameters = 5020
output_parameters = 3210
dense_parameters = 4521600
conv2_multiplications = 320000
steps_per_training = 4690
