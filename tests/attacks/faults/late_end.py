"""Ends its process some time after its cell: whatever runs then would be blamed, and every later cell lost."""
# says: some time after its own end; it was left out


def damage(notebook):
    texts = (
        "import os, threading\nthreading.Timer(0.5, os._exit, [0]).start()",
        "import time\nfor _ in range(10):\n    time.sleep(0.1)",
    )
    cell = notebook["cells"][1]
    own = [{**cell, "id": f"own-{number}", "metadata": {}, "source": text} for number, text in enumerate(texts)]
    return {**notebook, "cells": [*own, *notebook["cells"]]}
