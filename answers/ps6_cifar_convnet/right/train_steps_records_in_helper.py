"""A function inside writes the record and switches back to train mode."""
# %% train-steps
def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    history = {"step": [], "train loss": [], "test loss": [], "test accuracy": []}
    seen = []

    def record(step):
        total = sum(loss * size for loss, size in seen)
        values = [step, total / sum(size for _, size in seen), *evaluate(model, test_loader, loss_fn)]
        for column, value in zip(history.values(), values):
            column.append(value)
        seen.clear()
        model.train()

    model.train()
    step = 0
    for images, labels in progress(train_loader):
        optimizer.zero_grad()
        loss = loss_fn(model(images.to(device)), labels.to(device))
        loss.backward()
        optimizer.step()
        step += 1
        seen.append((loss.item(), len(labels)))
        if step % every == 0:
            record(step)
    if seen:
        record(step)
    return history
