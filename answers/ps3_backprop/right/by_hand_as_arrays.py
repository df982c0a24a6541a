"""Gives arrays, computed by NumPy."""

# %% by-hand
weight, x = np.array([[0.5, 1.0], [1.0, -1.0]]), np.array([1.0, -2.0])
output_weight = np.array([2.0, 1.0])
z = weight @ x + np.array([0.5, 0.0])
a = np.where(z > 0, z, 0.1 * z)
s = output_weight @ a
loss = 0.5 * (s - 2.3) ** 2
d_s = s - 2.3
d_w, d_a = d_s * a, d_s * output_weight
d_z = d_a * np.where(z > 0, 1.0, 0.1)
d_x, d_matrix = weight.T @ d_z, np.outer(d_z, x)
