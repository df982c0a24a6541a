"""Evaluates in train mode, which moves the running statistics."""
# loses: evaluate-hidden
# %% evaluate
def evaluate(model, loader, loss_fn):
    model.train()
    total_loss, right, samples = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            total_loss += loss_fn(outputs, labels).item() * len(labels)
            right += (outputs.argmax(dim=1) == labels).sum().item()
            samples += len(labels)
    return total_loss / samples, right / samples
