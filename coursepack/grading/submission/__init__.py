"""Read one submission: find the assignment's cells, repair the notebook, and read the files and the time beside it."""
