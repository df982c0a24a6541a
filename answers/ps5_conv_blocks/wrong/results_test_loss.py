"""Takes the test loss for the training loss."""

# loses: results-hidden
# %% results
rows = []
for name, runs in history.items():
    row = {
        "network": name,
        "epoch-1 loss": np.mean([run["test loss"][0] for run in runs]),
        "epoch-5 loss": np.mean([run["test loss"][-1] for run in runs]),
        "test accuracy": np.mean([run["test accuracy"][-1] for run in runs]),
        "parameters": sum(parameter.numel() for parameter in trained[name].parameters()),
    }
    rows.append(row)
results = pd.DataFrame(rows)
