"""Grade notebooks: one of them (`notebook`), what was handed in (`submission`), a class (`batch`)."""
