"""A Jupyter course pack on convolutional networks, with an autograder teachers can trust."""

__version__ = "0.1.0"
