"""A tuple, and whole numbers as floats."""
# %% cost
pooled_sizes = (16, 8, 4, 2, 1)
first_parameters = 3 * 64 * 9 + 64 + 2 * 64
last_parameters = 512 * 512 * 9 + 512 + 2 * 512
output_parameters = 51300.0
first_multiplications = 3 * 64 * 9 * 32 * 32
second_multiplications = 64 * 128 * 9 * 16 * 16
last_multiplications = 512 * 512 * 9 * 2 * 2
