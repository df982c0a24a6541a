"""Compares log-probabilities with the targets."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.log_softmax(outputs, dim=1)
    return (probabilities - targets).square().sum() / (2 * len(outputs))
