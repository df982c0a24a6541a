"""Grade a class: hand out submissions, write the gradebook, show progress, and read the results."""
