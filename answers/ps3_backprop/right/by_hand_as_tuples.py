"""Gives tuples, and fractions worked out in place."""

# %% by-hand
z = (0.5 - 2 + 0.5, 1 + 2)
a = (0.1 * z[0], z[1])
s = 2 * a[0] + a[1]
loss = (s - 2.3) ** 2 / 2
d_s = s - 2.3
d_w = (d_s * a[0], d_s * a[1])
d_a = (2 * d_s, 1 * d_s)
d_z = (0.1 * d_a[0], d_a[1])
d_matrix = ((d_z[0] * 1, d_z[0] * -2), (d_z[1] * 1, d_z[1] * -2))
d_x = (0.5 * d_z[0] + d_z[1], d_z[0] - d_z[1])
