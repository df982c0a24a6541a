"""Takes the leaky ReLU for a ReLU."""

# loses: by-hand-hidden
# %% by-hand
# TODO: forward: z and a are lists of two numbers, s and loss are numbers
# z, a, s, loss
# TODO: backward: the gradient of the loss with respect to s (a number), to w, a, z and x (lists of two numbers),
# and to W (`d_matrix`, a list of two rows of two numbers)
# d_s, d_w, d_a, d_z, d_x, d_matrix
z = [-1.0, 3.0]
a = [0.0, 3.0]
s = 3.0
loss = 0.245
d_s = 0.5
d_w = [-0.05, 1.5]
d_a = [1.0, 0.5]
d_z = [0.1, 0.5]
d_x = [0.55, -0.4]
d_matrix = [[0.1, -0.2], [0.5, -1.0]]
