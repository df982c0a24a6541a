"""Tags the tests so that they are not run: a test that raised nothing would count as passed."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
def damage(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell"]
    return notebook
