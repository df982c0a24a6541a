"""Exponentials of the scores as they are: infinity over infinity."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = outputs.exp() / outputs.exp().sum(dim=1, keepdim=True)
    return (probabilities - targets).square().sum() / (2 * len(outputs))
