"""Follows the sizes with the formula."""
# %% cost
sizes = [32]
for _ in range(5):
    sizes.append((sizes[-1] - 3 + 2) // 2 + 1)
pooled_sizes = sizes[1:]


def convolution_parameters(before, after):
    return before * after * 9 + after + 2 * after


first_parameters, last_parameters = convolution_parameters(3, 64), convolution_parameters(512, 512)
output_parameters = 51_300
first_multiplications = 1_769_472
second_multiplications = 64 * 128 * 9 * sizes[1] ** 2
last_multiplications = 512**2 * 9 * sizes[4] ** 2
