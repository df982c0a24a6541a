"""Has the two hidden widths the other way round."""
# loses: mlp-hidden
# %% mlp
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(784, 128)
        self.hidden2 = nn.Linear(128, 456)
        self.output = nn.Linear(456, 10)

    def forward(self, images):
        hidden = F.relu(self.hidden1(images.flatten(1)))
        hidden = F.relu(self.hidden2(hidden))
        return self.output(hidden)
