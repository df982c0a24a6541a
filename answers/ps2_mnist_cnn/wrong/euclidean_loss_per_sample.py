"""Returns one number a sample."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.softmax(outputs, dim=1)
    return (probabilities - targets).square().sum(dim=1) / (2 * len(outputs))
