"""Arrays of NumPy's whole numbers."""
# %% short-answers
input_units = np.prod([28, 28])
largest_filter = np.array([28, 28])
feature_map_size = largest_filter - 4 - 4
