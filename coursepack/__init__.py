"""Make Jupyter courses whose grades can be trusted."""

__version__ = "0.1.0"
