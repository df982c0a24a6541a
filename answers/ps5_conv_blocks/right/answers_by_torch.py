"""Lets PyTorch and torchinfo count; rounds the table to four decimals."""


# %% shapes
def trace(*layers, size=28, blocks=3):
    sizes = [size]
    for _ in range(blocks):
        x = torch.zeros(1, 1, sizes[-1], sizes[-1])
        for layer in layers:
            x = layer(x)
        sizes.append(x.shape[-1])
    return sizes


pooling = nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool2d(2)
max_pool_sizes = trace(*pooling)
batch_norm_sizes = trace(nn.Conv2d(1, 1, 3, 2, 1))
max_pool_features = 100 * max_pool_sizes[-1] ** 2
batch_norm_features = 100
max_pool_features_32 = 100 * trace(*pooling, size=32)[-1] ** 2
batch_norm_features_32 = 100


# %% parameters
def size_of(layer):
    return sum(p.numel() for p in layer.parameters())


conv_parameters = [size_of(nn.Conv2d(1, 32, 3)), size_of(nn.Conv2d(32, 64, 3)), size_of(nn.Conv2d(64, 100, 3))]
batch_norm_parameters = [size_of(nn.BatchNorm2d(channels)) for channels in (32, 64, 100)]
max_pool_output_parameters = size_of(nn.Linear(900, 10))
batch_norm_output_parameters = size_of(nn.Linear(100, 10))
max_pool_total = sum(conv_parameters) + max_pool_output_parameters
batch_norm_total = sum(conv_parameters) + sum(batch_norm_parameters) + batch_norm_output_parameters


# %% results
def mean_of(name, key, epoch):
    return torch.tensor([run[key][epoch] for run in history[name]]).mean().item()


results = pd.DataFrame.from_records(
    [
        (
            name,
            mean_of(name, "train loss", 0),
            mean_of(name, "train loss", -1),
            mean_of(name, "test accuracy", -1),
            torchinfo.summary(network, verbose=0).total_params,
        )
        for name, network in trained.items()
    ],
    columns=["network", "epoch-1 loss", "epoch-5 loss", "test accuracy", "parameters"],
).round(4)
