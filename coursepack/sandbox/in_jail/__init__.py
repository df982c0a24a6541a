"""Code that runs inside the jail: the fork server and the kernels it forks. Nothing here may import `coursepack`.

The jail sees only this folder; tests, references and all other parts of the package stay outside.
"""
