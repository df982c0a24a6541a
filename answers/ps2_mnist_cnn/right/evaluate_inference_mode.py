"""Works in inference mode and counts with max."""
# %% evaluate
def evaluate(model, loader, loss_fn):
    model.eval()
    loss_sum = correct = 0.0
    with torch.inference_mode():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            scores = model(images)
            loss_sum += loss_fn(scores, labels).item() * images.shape[0]
            _, guesses = torch.max(scores, 1)
            correct += guesses.eq(labels).sum().item()
    n = len(loader.dataset)
    return loss_sum / n, correct / n
