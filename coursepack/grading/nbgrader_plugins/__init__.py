"""Our replacements for steps of nbgrader, selected in `nbgrader_config.py`."""
