"""The jail for student code: isolation, limits, the fork server and its kernels, and cleaning of outputs."""
