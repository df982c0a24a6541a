"""Build the student version and the worked version from a solved notebook, and check that they leak nothing."""
