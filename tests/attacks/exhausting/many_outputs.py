"""Hands in twenty thousand outputs and tags: each would be validated, copied and cleaned."""
# says: 5 of 5 points
import json
def damage(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", *(f"tag-{number}" for number in range(20_000))]
    notebook["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["x"]}] * 20_000
    return json.dumps(notebook).encode()
