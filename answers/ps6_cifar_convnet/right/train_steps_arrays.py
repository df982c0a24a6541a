"""Returns NumPy arrays."""
# %% train-steps
def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    last = len(train_loader)
    table = []
    losses = torch.zeros(0)
    for step, (x, y) in enumerate(train_loader, 1):
        model.train()
        optimizer.zero_grad()
        loss = loss_fn(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        losses = torch.cat([losses, torch.full((len(y),), loss.item())])
        if step % every == 0 or step == last:
            table.append([step, losses.mean().item(), *evaluate(model, test_loader, loss_fn)])
            losses = torch.zeros(0)
    columns = np.array(table).T
    return dict(zip(["step", "train loss", "test loss", "test accuracy"], columns))
