"""Absolute values in place of squares."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.softmax(outputs, dim=1)
    return (probabilities - targets).abs().sum() / (2 * len(outputs))
