"""Unpacks a small archive into gigabytes."""
# says: stopped: No space left
# limits: cell_cpu_seconds=6, cell_wall_seconds=40
# %% double
import io, zipfile
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
    for number in range(4):
        archive.writestr(f"{number}.bin", bytes(20_000_000))
print(len(packed.getvalue()) // 1000, "kB")
try:
    zipfile.ZipFile(packed).extractall("unpacked")
except OSError as error:
    print("stopped:", error.strerror)
def double(number):
    return 2 * number
