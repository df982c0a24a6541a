"""Forgets to divide by the batch size."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.softmax(outputs, dim=1)
    return (probabilities - targets).square().sum() / 2
