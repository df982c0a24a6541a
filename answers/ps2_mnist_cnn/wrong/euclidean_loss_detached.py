"""Computes in NumPy, so that no gradient comes back."""
# loses: euclidean-loss-hidden
# %% euclidean-loss
def euclidean_loss(outputs, targets):
    probabilities = F.softmax(outputs, dim=1).detach().numpy()
    value = ((probabilities - targets.detach().numpy()) ** 2).sum() / (2 * len(outputs))
    return torch.tensor(value, requires_grad=True)
