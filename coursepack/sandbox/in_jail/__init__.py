"""What runs inside the jail: the fork server and the kernels it forks. Nothing here may import `coursepack`.

The folder is shown to the jail by itself; neither tests nor references nor any other part of the package comes along.
"""
