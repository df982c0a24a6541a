"""Forgets the input channels in the multiplications."""
# loses: parameter-arithmetic-hidden
# %% parameter-arithmetic
conv1_parameters = 260
conv2_parameters = 5020
output_parameters = 3210
dense_parameters = 4521600
conv2_multiplications = 20 * 8 * 8 * 25
steps_per_training = 4690
