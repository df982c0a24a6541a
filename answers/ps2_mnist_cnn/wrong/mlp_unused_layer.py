"""Makes the second hidden layer and never calls it."""
# loses: mlp-hidden
# %% mlp
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(784, 456)
        self.hidden2 = nn.Linear(456, 456)
        self.output = nn.Linear(456, 10)

    def forward(self, images):
        hidden = F.relu(self.hidden1(images.flatten(1)))
        return self.output(hidden)
