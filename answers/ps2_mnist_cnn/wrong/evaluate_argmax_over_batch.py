"""Looks for the highest score among the images instead of the classes."""
# loses: evaluate-hidden, simple-fc-accuracy-hidden, simple-cnn-accuracy-hidden
# %% evaluate
def evaluate(model, loader, loss_fn):
    model.eval()
    total_loss, right, samples = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            total_loss += loss_fn(outputs, labels).item() * len(labels)
            right += (outputs.argmax(dim=0) == labels).sum().item()
            samples += len(labels)
    return total_loss / samples, right / samples
