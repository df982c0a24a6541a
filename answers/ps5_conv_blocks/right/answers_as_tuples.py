"""Tuples for lists; a table indexed by network, with a column of its own."""

# %% shapes
max_pool_sizes = (28, 14, 7, 3)
batch_norm_sizes = (28, 14, 7, 4)
max_pool_features, batch_norm_features = 100 * 3 * 3, 100
max_pool_features_32, batch_norm_features_32 = 100 * 4 * 4, 100
# %% parameters
conv_parameters = (320, 18496, 57700)
batch_norm_parameters = (64, 128, 200)
max_pool_output_parameters = 9010
batch_norm_output_parameters = 1010
max_pool_total = 85526
batch_norm_total = 77918
# %% results
results = pd.DataFrame(columns=["epoch-1 loss", "epoch-5 loss", "test accuracy", "parameters", "runs"])
results.index.name = "network"
for name, runs in history.items():
    losses = np.array([run["train loss"] for run in runs]).mean(axis=0)
    accuracy = sum(run["test accuracy"][-1] for run in runs) / len(runs)
    size = sum(p.numel() for p in trained[name].parameters() if p.requires_grad)
    results.loc[name] = [losses[0], losses[-1], accuracy, size, len(runs)]
results
