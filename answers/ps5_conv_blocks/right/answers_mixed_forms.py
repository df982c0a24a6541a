"""A tuple, an array, numbers of NumPy's and of PyTorch's."""
# %% shapes
max_pool_sizes = (28, 14, 7, 3)
batch_norm_sizes = np.array([28, 14, 7, 4])
max_pool_features = np.prod([100, 3, 3])
batch_norm_features = torch.tensor(100)
max_pool_features_32 = np.int32(100) * 4**2
batch_norm_features_32 = 100.0
