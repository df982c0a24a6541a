"""With a DataLoader, and the loop of exercise 2."""
# %% capstone
class Capstone(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for before, after in ((1, 8), (8, 16), (16, 32)):
            layers += [nn.Conv2d(before, after, 5, stride=2, padding=2), nn.BatchNorm2d(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))

    def forward(self, images):
        return self.layers(images)


def train_capstone(network, data=train_data, seed=0):
    torch.manual_seed(seed)
    model = network().to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    loader = DataLoader(data, batch_size=50, shuffle=True)
    for epoch in range(8):
        optimizer.param_groups[0]["lr"] = 0.005 * 0.6**epoch
        train_epoch(model, loader, nn.CrossEntropyLoss(), optimizer)
    return model
