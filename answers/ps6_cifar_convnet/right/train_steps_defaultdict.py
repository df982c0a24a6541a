"""A defaultdict of NumPy numbers; measures at the end if it has not just done so."""
# %% train-steps
from collections import defaultdict


def train_steps(model, train_loader, loss_fn, optimizer, test_loader, every):
    history, seen = defaultdict(list), []
    for step, batch in enumerate(train_loader, start=1):
        images, labels = (tensor.to(device) for tensor in batch)
        model.train()
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        seen.append((loss.item(), len(images)))
        if step % every and step < len(train_loader):
            continue
        losses, sizes = np.array(seen).T
        for key, value in zip(
            ("step", "train loss", "test loss", "test accuracy"),
            (np.int64(step), np.average(losses, weights=sizes), *evaluate(model, test_loader, loss_fn)),
            strict=True,
        ):
            history[key].append(value)
        seen.clear()
    return history
