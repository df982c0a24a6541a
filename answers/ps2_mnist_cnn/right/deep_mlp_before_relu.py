"""Drops before the ReLU, which comes to the same."""
# %% deep-mlp
class DeepMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1, self.hidden2 = nn.Linear(28 * 28, 512), nn.Linear(512, 512)
        self.output = nn.Linear(512, 10)
        self.dropout = nn.Dropout(0.2)

    def forward(self, images):
        hidden = torch.relu(self.dropout(self.hidden1(images.reshape(-1, 784))))
        hidden = torch.relu(self.dropout(self.hidden2(hidden)))
        return self.output(hidden)
