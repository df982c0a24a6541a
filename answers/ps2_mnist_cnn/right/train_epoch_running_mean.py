"""Updates a running mean instead of a sum."""
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    mean, seen = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        seen += len(labels)
        mean += (loss.item() - mean) * len(labels) / seen
    return mean
