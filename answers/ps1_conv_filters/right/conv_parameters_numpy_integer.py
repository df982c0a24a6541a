"""A lambda that returns a NumPy integer."""

# %% conv-parameters
conv_parameters = lambda i, o, k: np.int64(i) * o * k * k + o
