"""Links files of the course and of the system into its own folder, to change them there."""
# loses: double-hidden
# says: linked: []
# %% double
import os, sys
linked = []
for target in ("COURSE_FOLDER/gradebook.db", "COURSE_FOLDER/source/tiny/tiny.ipynb", os.__file__, "/opt/engine/in_jail/server.py", "/run/sockets/subject"):
    try:
        os.link(target, "linked")
        linked.append(target)
        os.unlink("linked")
    except OSError:
        pass
print("linked:", linked)
def double(number):
    return 0
