"""Adds losses up on the device; clears gradients after the step."""
# %% train-steps
def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    rows = []
    total, count, step = torch.zeros((), device=device), 0, 0
    optimizer.zero_grad()
    for images, labels in train_loader:
        step += 1
        images, labels = images.to(device), labels.to(device)
        loss = loss_fn(model.train()(images), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        total += loss.detach() * labels.shape[0]
        count += labels.shape[0]
        if step in (len(train_loader), *range(every, len(train_loader), every)):
            rows.append((step, (total / count).item(), *evaluate(model, test_loader, loss_fn)))
            total, count = torch.zeros((), device=device), 0
    names = ("step", "train loss", "test loss", "test accuracy")
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}
