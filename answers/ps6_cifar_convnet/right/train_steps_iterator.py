"""Takes batches by hand from an iterator."""
# %% train-steps
def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    history = {"step": [], "train loss": [], "test loss": [], "test accuracy": []}
    batches = iter(train_loader)
    losses, sizes = [], []
    for step in range(1, len(train_loader) + 1):
        images, labels = next(batches)
        model.train()
        loss = loss_fn(model(images.to(device)), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
        sizes.append(len(images))
        if step % every and step < len(train_loader):
            continue
        test_loss, accuracy = evaluate(model, test_loader, loss_fn)
        history["step"] += [step]
        history["train loss"] += [float(np.average(losses, weights=sizes))]
        history["test loss"] += [test_loss]
        history["test accuracy"] += [accuracy]
        losses, sizes = [], []
    return history
