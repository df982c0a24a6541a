"""Draws its masks itself."""
# %% deep-mlp
class DeepMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1, self.hidden2, self.output = nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10)

    def drop(self, hidden):
        if not self.training:
            return hidden
        kept = torch.rand(hidden.shape, device=hidden.device) >= 0.2
        return torch.where(kept, hidden / 0.8, torch.zeros_like(hidden))

    def forward(self, images):
        hidden = self.drop(self.hidden1(images.flatten(1)).relu())
        return self.output(self.drop(self.hidden2(hidden).relu()))
