"""Counts down to the next record."""
# %% train-steps
def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    history = {key: [] for key in ("step", "train loss", "test loss", "test accuracy")}
    left, total, count = every, 0, 0
    for number, batch in enumerate(progress(train_loader)):
        model.train(True)
        images, labels = (part.to(device) for part in batch)
        model.zero_grad()
        with torch.enable_grad():
            loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        total, count, left = total + loss.item() * images.size(0), count + images.size(0), left - 1
        if not left or number + 1 == len(train_loader):
            test_loss, accuracy = evaluate(model, test_loader, loss_fn)
            for key, value in dict(zip(history, (number + 1, total / count, test_loss, accuracy))).items():
                history[key].append(value)
            left, total, count = every, 0, 0
    return history
