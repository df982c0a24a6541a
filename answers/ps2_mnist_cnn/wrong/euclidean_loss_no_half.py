"""Forgets the factor ½."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.softmax(outputs, dim=1)
    return (probabilities - targets).square().sum() / len(outputs)
