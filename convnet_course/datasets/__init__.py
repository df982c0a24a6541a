"""The data sets of the course: MNIST, CIFAR-10, and the coloured shapes that stand in for it."""
