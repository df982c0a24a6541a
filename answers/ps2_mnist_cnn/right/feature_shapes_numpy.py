"""Gets NumPy integers from a cumulative computation."""
# %% feature-shapes
conv1_size, pool1_size = np.array([28 - 4, (28 - 4) // 2])
conv2_size, pool2_size = np.array([12 - 4, (12 - 4) // 2])
flat_features = np.prod([20, pool2_size, pool2_size])
