"""Removes the channel by its number, then joins rows."""
# %% simple-fc
class SimpleFC(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)

    def forward(self, images):
        rows = images.squeeze(1)
        return self.output(rows.flatten(start_dim=-2))
