"""With nn.Dropout."""
# %% deep-mlp
class DeepMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(784, 512)
        self.hidden2 = nn.Linear(512, 512)
        self.output = nn.Linear(512, 10)
        self.dropout = nn.Dropout(p=0.2)

    def forward(self, images):
        hidden = F.relu(self.hidden1(images.flatten(1)))
        hidden = self.dropout(hidden)
        hidden = F.relu(self.hidden2(hidden))
        hidden = self.dropout(hidden)
        return self.output(hidden)
