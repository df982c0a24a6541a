"""Clears the gradients at the end of each batch, keeping their memory."""
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    count = 0
    for batch in loader:
        images, labels = batch[0].to(device), batch[1].to(device)
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        total += loss.item() * images.size(0)
        count += images.size(0)
    return total / count
