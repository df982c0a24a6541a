"""Leaves a process behind that outlives the cell, the notebook and the verdict."""
# loses: double-hidden
# says: started
# %% double
import os, shutil
shutil.copy("/usr/bin/sleep", "/tmp/PROCESS_NAME")
for detach in (os.setsid, os.setpgrp):
    if os.fork() == 0:
        detach()
        if os.fork() == 0:
            os.execv("/tmp/PROCESS_NAME", ["PROCESS_NAME", "120"])
        os._exit(0)
print("started")
def double(number):
    return 0
