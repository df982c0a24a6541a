"""Has a hidden layer too many."""
# loses: simple-fc-hidden
# %% simple-fc
class SimpleFC(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 100)
        self.output = nn.Linear(100, 10)

    def forward(self, images):
        return self.output(torch.relu(self.hidden(images.flatten(1))))
