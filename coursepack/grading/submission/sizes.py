"""How much of a submission is read, and how much of it is graded."""

from __future__ import annotations

# An executed notebook of ours has less than 1 MB. A part (anything behind a comma or bracket) takes some 100 bytes.
MAX_BYTES = 50_000_000
MAX_PARTS = 2_000_000
# More cells are read than are run: the coordinator bounds its memory and says nothing; the worker, which leaves cells
# out, must see that there are more to say so, and only then knows which of them are the assignment's.
MAX_CELLS_READ = 5_000
MAX_CELLS_RUN = 1_000
MAX_CHARACTERS_RUN = 1_000_000
# So much of a cell is read to find out which one it is.
MAX_CHARACTERS_COMPARED = 50_000
# Pictures below the assignment's given code, in base64. A picture of ours has at most some 130,000 characters.
MAX_PICTURES_OF_CELL = 8
MAX_PICTURE_CHARACTERS_OF_CELL = 2 * 2**20
MAX_PICTURES = 100
MAX_PICTURE_CHARACTERS = 8 * 2**20
