"""Copies the published figures."""

# loses: results-hidden
# %% results
results = pd.DataFrame(
    {
        "network": ["MultiLayerPerceptron", "ConvMaxPoolNetwork", "ConvBatchNormNetwork"],
        "epoch-1 loss": [0.28, 0.24, 0.17],
        "epoch-5 loss": [0.16, 0.11, 0.03],
        "test accuracy": [0.9538, 0.9703, 0.9866],
        "parameters": [79_510, 85_526, 77_918],
    }
)
