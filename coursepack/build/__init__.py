"""From a solved notebook: the student version, the worked version, and the proof that they keep its secrets."""
