"""Forgets train mode."""
# loses: train-epoch-hidden
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    total_loss, samples = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        samples += len(labels)
    return total_loss / samples
