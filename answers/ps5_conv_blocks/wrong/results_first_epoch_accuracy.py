"""Gives the accuracy after the first epoch."""

# loses: results-hidden
# %% results
rows = []
for name, runs in history.items():
    row = {
        "network": name,
        "epoch-1 loss": np.mean([run["train loss"][0] for run in runs]),
        "epoch-5 loss": np.mean([run["train loss"][-1] for run in runs]),
        "test accuracy": np.mean([run["test accuracy"][0] for run in runs]),
        "parameters": sum(parameter.numel() for parameter in trained[name].parameters()),
    }
    rows.append(row)
results = pd.DataFrame(rows)
