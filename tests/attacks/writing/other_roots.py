"""Writes to the system and the course through /proc's links to roots and folders of other processes."""
# loses: double-hidden
# says: written: []
# %% double
import os
written = []
for root in ("/proc/1/root", "/proc/1/cwd", "/proc/self/root", "/proc/self/cwd/../../..", ""):
    for path in ("COURSE_FOLDER/gradebook.db", "/etc/passwd", "/usr/bin/planted", "/data/planted", "/planted"):
        try:
            open(root + path, "a").close()
            written.append(root + path)
        except OSError:
            pass
print("written:", written)
def double(number):
    return 0
