"""Returns NumPy's floats, which are Python floats too."""
# %% evaluate
@torch.no_grad()
def evaluate(model, loader, loss_fn):
    model.eval()
    rows = []
    for images, labels in loader:
        outputs, labels = model(images.to(device)), labels.to(device)
        right = torch.eq(outputs.max(1).indices, labels).sum()
        rows.append((len(labels) * loss_fn(outputs, labels).item(), int(right), len(labels)))
    loss, right, count = np.sum(rows, axis=0)
    return loss / count, right / count
