"""What another system needs to grade one assignment by itself: the assignment, the tool, the system's scripts."""
