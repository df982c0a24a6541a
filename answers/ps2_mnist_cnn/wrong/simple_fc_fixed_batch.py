"""Works for batches of 50 only."""
# loses: simple-fc-hidden, simple-fc-batch-of-one-hidden, simple-fc-accuracy-hidden
# %% simple-fc
class SimpleFC(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)

    def forward(self, images):
        return self.output(images.view(50, 784))
