"""Writes a record one step late."""
# loses: train-steps-records-hidden
# %% train-steps
def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    """Train a model once through train_loader, one step for each batch, and measure it from time to time.

    Args:
        model: the network; it is on `device`.
        train_loader: batches of (images, labels); the model is trained on each once.
        loss_fn: mean loss of a batch, called as loss_fn(logits, labels).
        optimizer: changes the model's weights.
        test_loader: batches to measure on.
        every: a record is written after each so many steps, and after the last one.

    Returns:
        The history, a dictionary of four lists of equal length: "step" (number of steps so far), "train loss" (mean
        loss per image since the previous record), "test loss" and "test accuracy" (of `evaluate`).
    """
    history = {"step": [], "train loss": [], "test loss": [], "test accuracy": []}
    total, count = 0.0, 0
    for step, (images, labels) in enumerate(progress(train_loader), start=1):
        model.train()
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
        if (step - 1) % every == 0 or step == len(train_loader):
            test_loss, accuracy = evaluate(model, test_loader, loss_fn)
            history["step"].append(step)
            history["train loss"].append(total / count)
            history["test loss"].append(test_loss)
            history["test accuracy"].append(accuracy)
            total, count = 0.0, 0
    return history
