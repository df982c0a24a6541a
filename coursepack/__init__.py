"""Make Jupyter courses whose grades can be trusted."""

import logging

__version__ = "1.0.0"

# Who uses the package decides where its records go; without that, nowhere.
logging.getLogger(__name__).addHandler(logging.NullHandler())
