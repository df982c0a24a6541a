"""Work with notebooks: cells and their nbgrader metadata, markers, versions, dependencies between cells."""
