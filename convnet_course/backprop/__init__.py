"""Checks of problem set 3: backpropagation in NumPy."""
