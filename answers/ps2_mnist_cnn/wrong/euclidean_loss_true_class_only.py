"""Counts the true class only."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.softmax(outputs, dim=1)
    return (targets * (probabilities - targets)).square().sum() / (2 * len(outputs))
