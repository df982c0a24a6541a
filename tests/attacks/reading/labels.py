"""Looks for labels beside those it is given: with them, predictions could be copied instead of computed."""
# loses: double-hidden
# says: labels: []
# %% double
import glob, os, sys
# Those of the bundled training and test images are public; the notebooks plot them.
given = os.path.realpath(os.environ["COURSE_DATA"]) + "/"
found = []
for top in ("COURSE_FOLDER/data", "/data", "/srv", "/opt", "/proc/1/root/COURSE_FOLDER/data", "REPOSITORY_FOLDER/convnet_course/holdout"):
    found += [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names if "label" in name]
for place in sys.path:
    found += glob.glob(place + "/convnet_course/holdout/*") + glob.glob(place + "/holdout/*")
found = [path for path in found if not os.path.realpath(path).startswith(given)]
for path in found:
    print(open(path, "rb").read(200))
print("labels:", found)
def double(number):
    return 0
