"""Derives from the module of Exercise 1, and takes over its parameters."""

# %% custom-module
class CustomBatchNormManualModule(CustomBatchNormAutograd):
    def forward(self, input):
        if input.ndim != 2 or input.shape[-1] != self.n_neurons:
            raise ValueError(f"input has shape {tuple(input.shape)} instead of (B, {self.n_neurons})")
        return CustomBatchNormManualFunction.apply(input, self.gamma, self.beta, self.eps)
