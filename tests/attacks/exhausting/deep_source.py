"""Hands in expressions nested twenty thousand deep: whoever reads the source runs out of stack."""
# loses: double-hidden, treble-hidden
# says: double|treble
# costs: 4
DEEP = ("(" * 20_000, "x = " + "-" * 20_000 + "1", "x = " + "not " * 20_000 + "1", "x = " + "[" * 150 + "]" * 150)
def damage(notebook):
    own = {"metadata": {}, "cell_type": "code", "outputs": [], "execution_count": None}
    notebook["cells"] += [{**own, "id": f"deep-{place}", "source": text} for place, text in enumerate(DEEP)]
    for cell in notebook["cells"]:
        if cell["id"] in ("double", "treble"):
            cell["source"] += "\n" + DEEP[len(cell["id"]) % 2]
    return notebook
