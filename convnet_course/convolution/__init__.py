"""Checks of problem set 1: IDX files, convolution and pooling in NumPy."""
