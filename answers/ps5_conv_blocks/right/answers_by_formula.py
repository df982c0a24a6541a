"""Shapes and parameters by functions, the table by a dictionary of columns."""


# %% shapes
def out(size, kernel, stride, padding):
    return (size - kernel + 2 * padding) // stride + 1


max_pool_sizes, batch_norm_sizes = [28], [28]
for _ in range(3):
    max_pool_sizes.append(out(out(max_pool_sizes[-1], 3, 1, 1), 2, 2, 0))
    batch_norm_sizes.append(out(batch_norm_sizes[-1], 3, 2, 1))
max_pool_features = 100 * max_pool_sizes[-1] ** 2
batch_norm_features = 100
max_pool_features_32 = 100 * (32 // 8) ** 2
batch_norm_features_32 = batch_norm_features


# %% parameters
def count(inputs, outputs, kernel=1):
    return outputs * (inputs * kernel**2 + 1)


channels = [1, 32, 64, 100]
conv_parameters = [count(before, after, 3) for before, after in zip(channels, channels[1:])]
batch_norm_parameters = [2 * after for after in channels[1:]]
max_pool_output_parameters = count(900, 10)
batch_norm_output_parameters = count(100, 10)
max_pool_total = sum([*conv_parameters, max_pool_output_parameters])
batch_norm_total = sum([*conv_parameters, *batch_norm_parameters, batch_norm_output_parameters])
# %% results
names = list(history)
results = pd.DataFrame(
    {
        "network": names,
        "epoch-1 loss": [np.mean([run["train loss"][0] for run in history[name]]) for name in names],
        "epoch-5 loss": [np.mean([run["train loss"][4] for run in history[name]]) for name in names],
        "test accuracy": [np.mean([run["test accuracy"][4] for run in history[name]]) for name in names],
        "parameters": [sum(p.numel() for p in trained[name].parameters()) for name in names],
    }
)
