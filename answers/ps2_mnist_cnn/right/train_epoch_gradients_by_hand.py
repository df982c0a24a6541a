"""Asks autograd for the gradients and hands them to the optimiser."""
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    losses, sizes = [], []
    for batch in loader:
        images, labels = (tensor.to(device, non_blocking=True) for tensor in batch)
        loss = loss_fn(model(images), labels)
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        optimizer.step()
        losses.append(float(loss))
        sizes.append(images.shape[0])
    return float(np.dot(losses, sizes) / np.sum(sizes))
