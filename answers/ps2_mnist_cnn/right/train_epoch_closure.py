"""Splits the batch's work into a function that sum() runs over."""
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()

    def step(images, labels):
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(images.to(device)), labels.to(device))
            loss.backward()
            return loss

        return optimizer.step(closure).item() * len(labels)

    return sum(step(images, labels) for images, labels in loader) / len(loader.dataset)
