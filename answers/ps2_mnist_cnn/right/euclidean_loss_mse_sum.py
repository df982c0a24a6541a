"""With F.mse_loss and its sum."""
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    return 0.5 * F.mse_loss(outputs.softmax(1), targets, reduction="sum") / outputs.shape[0]
