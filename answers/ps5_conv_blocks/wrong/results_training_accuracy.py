"""Measures accuracy on the training images."""

# loses: results-hidden
# %% results
rows = []
for name, runs in history.items():
    row = {
        "network": name,
        "epoch-1 loss": np.mean([run["train loss"][0] for run in runs]),
        "epoch-5 loss": np.mean([run["train loss"][-1] for run in runs]),
        "test accuracy": test(trained[name], train_loader, nn.CrossEntropyLoss())[1],
        "parameters": sum(parameter.numel() for parameter in trained[name].parameters()),
    }
    rows.append(row)
results = pd.DataFrame(rows)
