"""Leaves links to the gradebook in its folder and writes through them: whoever copies the folder would follow."""
# loses: double-hidden
# says: written: []
# %% double
import os
for name, target in (("gradebook.db", "COURSE_FOLDER/gradebook.db"), ("tiny.ipynb", "COURSE_FOLDER/source/tiny/tiny.ipynb"), ("up", "/")):
    os.symlink(target, name)
written = []
for name in ("gradebook.db", "tiny.ipynb", "up/COURSE_FOLDER/nbgrader_config.py"):
    try:
        open(name, "r+").write("x")
        written.append(name)
    except OSError:
        pass
print("written:", written)
def double(number):
    return 0
