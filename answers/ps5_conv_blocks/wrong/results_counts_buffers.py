"""Counts the running statistics among the parameters."""

# loses: results-hidden
# %% results
rows = []
for name, runs in history.items():
    row = {
        "network": name,
        "epoch-1 loss": np.mean([run["train loss"][0] for run in runs]),
        "epoch-5 loss": np.mean([run["train loss"][-1] for run in runs]),
        "test accuracy": np.mean([run["test accuracy"][-1] for run in runs]),
        "parameters": sum(tensor.numel() for tensor in trained[name].state_dict().values()),
    }
    rows.append(row)
results = pd.DataFrame(rows)
