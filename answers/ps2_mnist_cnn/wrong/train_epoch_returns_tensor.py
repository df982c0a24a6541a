"""Returns a tensor that keeps the graphs of all batches."""
# loses: train-epoch-hidden
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total_loss, samples = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        total_loss += loss * len(labels)
        samples += len(labels)
    return total_loss / samples
