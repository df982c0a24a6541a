"""Shows a progress bar of its own and calls train mode in every batch."""
# %% train-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    running, seen = 0.0, 0
    for images, labels in (bar := tqdm(loader, file=sys.stdout, leave=False)):
        model.train()
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        running += float(loss.detach()) * labels.shape[0]
        seen += labels.shape[0]
        bar.set_postfix(loss=running / seen)
    return running / seen
