"""Softmax over the batch."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.softmax(outputs, dim=0)
    return (probabilities - targets).square().sum() / (2 * len(outputs))
