"""Lets PyTorch count."""
# %% count-it
def count(*layers):
    return sum(parameter.numel() for layer in layers for parameter in layer.parameters())


head = [nn.Linear(512, 256), nn.Linear(256, 10)]
norms = [nn.BatchNorm2d(32), nn.BatchNorm2d(64), nn.BatchNorm2d(64), nn.BatchNorm1d(512), nn.BatchNorm1d(256)]
mlp_parameters = count(nn.Linear(784, 456), nn.Linear(456, 128), nn.Linear(128, 10))
two_conv_parameters = count(nn.Conv2d(1, 8, 5), nn.Conv2d(8, 16, 5), nn.Linear(784, 128), nn.Linear(128, 10))
deep_mlp_parameters = count(nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10))
convolutions = count(nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3), nn.Conv2d(64, 64, 3))
deep_cnn_parameters = convolutions + count(nn.Linear(3136, 512), *head, *norms)
