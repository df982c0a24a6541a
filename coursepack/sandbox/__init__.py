"""The jail for student code: walls, limits, the fork server and its kernels, and cleaning what comes out."""
