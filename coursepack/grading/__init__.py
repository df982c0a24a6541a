"""Grade notebooks: a single notebook (`notebook`), a submission's files (`submission`), a class (`batch`)."""
