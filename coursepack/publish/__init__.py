"""A repository for students: the released notebooks, what they read, and nothing that shows a test or a solution."""
