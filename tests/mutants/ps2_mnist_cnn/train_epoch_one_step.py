"""Takes a single step after all batches."""
# loses: train-epoch-hidden
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total_loss, samples = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        loss = loss_fn(model(images), labels)
        loss.backward()
        total_loss += loss.item() * len(labels)
        samples += len(labels)
    optimizer.step()
    optimizer.zero_grad()
    return total_loss / samples
