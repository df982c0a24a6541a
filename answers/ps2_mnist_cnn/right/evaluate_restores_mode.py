"""Puts the network back into the mode it came in."""
# %% evaluate
def evaluate(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    loss, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            scores = model(images.to(device)).cpu()
            loss += float(loss_fn(scores, labels)) * len(labels)
            hits += int((scores.argmax(dim=-1) == labels).sum())
            n += len(labels)
    model.train(was_training)
    return loss / n, hits / n
