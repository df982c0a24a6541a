"""Goes through the batches in blocks, one for each record."""
# %% train-steps
def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    import itertools

    history = {"step": [], "train loss": [], "test loss": [], "test accuracy": []}
    batches, done = iter(progress(train_loader)), 0
    while block := list(itertools.islice(batches, every)):
        model.train()
        total = 0.0
        for images, labels in block:
            optimizer.zero_grad()
            loss = loss_fn(model(images.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        done += len(block)
        test_loss, accuracy = evaluate(model, test_loader, loss_fn)
        history["step"].append(done)
        history["train loss"].append(total / sum(len(labels) for _, labels in block))
        history["test loss"].append(test_loss)
        history["test accuracy"].append(accuracy)
    return history
