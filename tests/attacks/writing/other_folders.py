"""Writes into the others' submissions, autograded files and feedback, and into the source."""
# loses: double-hidden
# says: written: []
# %% double
import os
written = []
for folder in ("submitted/alice/tiny", "autograded/bob/tiny", "feedback", "source/tiny", "submitted/eve", ""):
    try:
        open(f"COURSE_FOLDER/{folder}/tiny.ipynb", "w").write("{}")
        written.append(folder)
    except OSError:
        pass
print("written:", written)
def double(number):
    return 0
