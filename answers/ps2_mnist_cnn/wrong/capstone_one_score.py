"""Predicts the digit as a number."""
# loses: capstone-hidden, capstone-accuracy-hidden
# %% capstone
class Capstone(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for before, after in ((1, 8), (8, 16), (16, 32)):
            layers += [nn.Conv2d(before, after, 5, stride=2, padding=2), nn.BatchNorm2d(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 1))

    def forward(self, images):
        return self.layers(images)


def train_capstone(network, data=train_data, seed=0):
    torch.manual_seed(seed)
    model = network().to(device).train()
    images, labels = data.tensors[0].to(device), data.tensors[1].to(device)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, 8 * -(-len(images) // 50))
    for _ in range(8):
        for index in torch.randperm(len(images)).split(50):
            optimizer.zero_grad()
            F.mse_loss(model(images[index])[:, 0], labels[index].float()).backward()
            optimizer.step()
            schedule.step()
    return model
