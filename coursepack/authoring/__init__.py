"""From a solved notebook to the student version and the worked version, and the proof that they keep its secrets."""
