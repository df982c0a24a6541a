"""Is decorated with no_grad and collects all outputs before measuring once."""
# %% evaluate
@torch.no_grad()
def evaluate(model, loader, loss_fn):
    model.eval()
    outputs, labels = [], []
    for x, y in loader:
        outputs.append(model(x.to(device)))
        labels.append(y.to(device))
    outputs, labels = torch.cat(outputs), torch.cat(labels)
    return loss_fn(outputs, labels).item(), (outputs.argmax(1) == labels).float().mean().item()
