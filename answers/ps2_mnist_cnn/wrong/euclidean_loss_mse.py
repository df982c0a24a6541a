"""Takes nn.MSELoss, which divides by all numbers."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    return nn.MSELoss()(F.softmax(outputs, dim=1), targets)
