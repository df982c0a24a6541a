"""Checks of problem set 4: batch normalisation four times."""
