"""Train with the reference settings, and write our figures beside those of the reference."""
