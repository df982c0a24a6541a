"""Take in one submission: find the assignment's cells in it, repair it, and read the files and the time beside it."""
