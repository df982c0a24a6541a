"""NumPy arrays for lists; the table by grouping a long one."""

# %% shapes
max_pool_sizes = np.array([28, 14, 7, 3])
batch_norm_sizes = np.ceil(28 / 2 ** np.arange(4)).astype(int)
max_pool_features = 100 * max_pool_sizes[-1] ** 2
batch_norm_features = np.int64(100)
max_pool_features_32 = np.prod([100, 4, 4])
batch_norm_features_32 = 100
# %% parameters
inputs, outputs = np.array([1, 32, 64]), np.array([32, 64, 100])
conv_parameters = inputs * outputs * 9 + outputs
batch_norm_parameters = 2 * outputs
max_pool_output_parameters = 9000 + 10
batch_norm_output_parameters = 1000 + 10
max_pool_total = conv_parameters.sum() + max_pool_output_parameters
batch_norm_total = conv_parameters.sum() + batch_norm_parameters.sum() + batch_norm_output_parameters
# %% results
long = pd.DataFrame(
    [
        {
            "network": name,
            "epoch-1 loss": run["train loss"][0],
            "epoch-5 loss": run["train loss"][-1],
            "test accuracy": run["test accuracy"][-1],
        }
        for name, runs in history.items()
        for run in runs
    ]
)
results = long.groupby("network").mean()
results["parameters"] = pd.Series({name: sum(p.numel() for p in net.parameters()) for name, net in trained.items()})
results = results.sort_values("test accuracy", ascending=False)
