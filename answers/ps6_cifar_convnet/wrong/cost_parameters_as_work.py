"""Multiplies once with each weight."""
# loses: cost-hidden
# %% cost
pooled_sizes = [16, 8, 4, 2, 1]
first_parameters = 3 * 64 * 9 + 64 + 2 * 64
last_parameters = 512 * 512 * 9 + 512 + 2 * 512
output_parameters = 512 * 100 + 100
first_multiplications = 3 * 64 * 9
second_multiplications = 64 * 128 * 9
last_multiplications = 512 * 512 * 9
