"""Lets PyTorch count."""
# %% cost
count = lambda *layers: sum(p.numel() for layer in layers for p in layer.parameters())
maps, pooled_sizes = torch.zeros(1, 1, 32, 32), []
for _ in range(5):
    maps = nn.MaxPool2d(3, 2, 1)(maps)
    pooled_sizes.append(maps.shape[-1])
pooled_sizes = np.array(pooled_sizes)
first_parameters = count(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64))
last_parameters = count(nn.Conv2d(512, 512, 3), nn.BatchNorm2d(512))
output_parameters = count(nn.Linear(512, 100))
first_multiplications = nn.Conv2d(3, 64, 3).weight.numel() * 32**2
second_multiplications = nn.Conv2d(64, 128, 3).weight.numel() * 16**2
last_multiplications = nn.Conv2d(512, 512, 3).weight.numel() * 2**2
