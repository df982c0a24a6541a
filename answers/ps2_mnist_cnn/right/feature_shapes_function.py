"""Computes with a function of its own and true division."""
# %% feature-shapes
def size(width, kernel, stride=1):
    return (width - kernel) / stride + 1

conv1_size = size(28, 5)
pool1_size = size(conv1_size, 2, 2)
conv2_size = size(pool1_size, 5)
pool2_size = size(conv2_size, 2, 2)
flat_features = 20 * pool2_size**2
