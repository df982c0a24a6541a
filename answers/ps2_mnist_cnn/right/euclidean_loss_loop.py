"""Sample by sample, in a loop."""
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    total = 0.0
    for scores, target in zip(outputs, targets, strict=True):
        difference = torch.softmax(scores, dim=0) - target
        total = total + difference @ difference
    return total / (2 * len(outputs))
