"""Takes the method train for the flag training: it is always true."""
# loses: deep-mlp-hidden
# %% deep-mlp
class DeepMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(784, 512)
        self.hidden2 = nn.Linear(512, 512)
        self.output = nn.Linear(512, 10)

    def forward(self, images):
        hidden = F.relu(self.hidden1(images.flatten(1)))
        hidden = F.dropout(hidden, 0.2, training=bool(self.train))
        hidden = F.relu(self.hidden2(hidden))
        hidden = F.dropout(hidden, 0.2, training=bool(self.train))
        return self.output(hidden)
