"""Ends in a softmax, which the loss does already."""
# loses: mlp-hidden
# %% mlp
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(784, 456)
        self.hidden2 = nn.Linear(456, 128)
        self.output = nn.Linear(128, 10)

    def forward(self, images):
        hidden = F.relu(self.hidden1(images.flatten(1)))
        hidden = F.relu(self.hidden2(hidden))
        return F.softmax(self.output(hidden), dim=1)
