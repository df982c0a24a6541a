"""Counts the parameters of layers it builds, and steps with ceil."""
# %% parameter-arithmetic
def count(layer):
    return sum(parameter.numel() for parameter in layer.parameters())

conv1_parameters = count(nn.Conv2d(1, 10, 5))
conv2_parameters = count(nn.Conv2d(10, 20, 5))
output_parameters = count(nn.Linear(320, 10))
dense_parameters = count(nn.Linear(784, 5760, device="meta"))
conv2_multiplications = 64 * 5000
steps_per_training = 5 * int(np.ceil(60_000 / 64))
