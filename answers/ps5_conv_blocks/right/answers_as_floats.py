"""Whole numbers written as floats; the table transposed from one column per network."""

# %% shapes
max_pool_sizes = [28.0, 14.0, 7.0, 3.0]
batch_norm_sizes = [28.0, 14.0, 7.0, 4.0]
max_pool_features = 9e2
batch_norm_features = 1e2
max_pool_features_32 = 1.6e3
batch_norm_features_32 = 1e2
# %% parameters
conv_parameters = [320.0, 18496.0, 57700.0]
batch_norm_parameters = [64.0, 128.0, 200.0]
max_pool_output_parameters = 9010.0
batch_norm_output_parameters = 1010.0
max_pool_total = 85526.0
batch_norm_total = 77918.0
# %% results
columns = {}
for name in history:
    runs = pd.DataFrame(history[name])
    columns[name] = {
        "epoch-1 loss": runs["train loss"].str[0].mean(),
        "epoch-5 loss": runs["train loss"].str[-1].mean(),
        "test accuracy": runs["test accuracy"].str[-1].mean(),
        "parameters": sum(map(torch.numel, trained[name].parameters())),
    }
results = pd.DataFrame(columns).T.rename_axis("network").reset_index()
