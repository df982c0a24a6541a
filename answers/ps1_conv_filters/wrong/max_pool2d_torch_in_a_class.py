"""Lets PyTorch do the work, by an object of a class that can be called."""

# loses: max-pool2d-hidden
# %% max-pool2d
import torch


class Pool:
    ways = {"max": torch.nn.functional.max_pool2d}

    def __call__(self, image, kernel_size=2, stride=None):
        batch = torch.from_numpy(image.astype(np.float64))[None, None]
        return self.ways["max"](batch, kernel_size, stride)[0, 0].numpy().astype(image.dtype)


max_pool2d = Pool()
