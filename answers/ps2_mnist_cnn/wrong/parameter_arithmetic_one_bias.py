"""Counts one bias a layer."""
# loses: parameter-arithmetic-hidden
# %% parameter-arithmetic
conv1_parameters = 251
conv2_parameters = 5001
output_parameters = 3201
dense_parameters = 4521600
conv2_multiplications = 320000
steps_per_training = 4690
