"""Adds up detached tensors and divides by the length of the data set."""
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model = model.train()
    total = torch.zeros((), device=device)
    for images, labels in loader:
        outputs = model(images.to(device))
        loss = loss_fn(outputs, labels.to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(images)
    return (total / len(loader.dataset)).item()
