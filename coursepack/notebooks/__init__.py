"""What a notebook is: its cells and their nbgrader metadata, markers, versions, and which cells depend on which."""
