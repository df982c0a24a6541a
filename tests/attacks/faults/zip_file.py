"""Is a zip archive with the right name, and a bomb: kilobytes that unpack to megabytes."""
# loses: double-hidden, treble-hidden
# says: cannot be read
import io, zipfile
def damage(notebook):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny.ipynb", b" " * 20_000_000)
    return packed.getvalue()
