"""Runs programs that act as root for anybody who starts them."""
# loses: double-hidden
# says: mount refused
# %% double
import os, subprocess
for command in (["su", "-c", "id -u"], ["sudo", "-n", "id", "-u"], ["mount", "-t", "tmpfs", "x", "/tmp"], ["unshare", "-Ur", "id", "-u"]):
    try:
        print(command[0], "ended with 0" if subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=3).returncode == 0 else "refused")
    except (OSError, subprocess.TimeoutExpired):
        print(command[0], "missing")
try:
    open("/tmp/raised", "w").write("x")
    os.chmod("/tmp/raised", 0o4755)
    print(os.stat("/tmp/raised").st_uid, os.geteuid())
except OSError:
    pass
def double(number):
    return 0
