"""Keeps losses and sizes in lists and averages with NumPy."""
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses, sizes = [], []
    where = next(model.parameters()).device
    for _, (x, y) in enumerate(loader):
        x, y = x.to(where), y.to(where)
        model.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(y.size(0))
    return float(np.average(losses, weights=sizes))
