"""Looks for the largest probability, which is at the largest score."""
# %% evaluate
def evaluate(model, loader, loss_fn):
    model.eval()
    totals = np.zeros(3)
    with torch.no_grad():
        for images, labels in tqdm(loader, file=sys.stdout, leave=False):
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            answers = torch.softmax(outputs, dim=1).topk(1, dim=1).indices[:, 0]
            n = labels.numel()
            totals += [loss_fn(outputs, labels).item() * n, (answers == labels).sum().item(), n]
    return float(totals[0] / totals[2]), float(totals[1] / totals[2])
