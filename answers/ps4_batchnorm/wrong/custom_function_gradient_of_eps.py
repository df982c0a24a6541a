"""Returns a zero instead of None for eps."""

# loses: custom-function-backward-hidden, custom-function-needs-hidden
# %% custom-function
class CustomBatchNormManualFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, gamma, beta, eps=1e-5):
        mean = input.mean(0)
        var = input.var(0, unbiased=False)
        s = torch.sqrt(var + eps)
        x_hat = (input - mean) / s
        ctx.save_for_backward(x_hat, s, gamma)
        return gamma * x_hat + beta

    @staticmethod
    def backward(ctx, grad_output):
        x_hat, s, gamma = ctx.saved_tensors
        B = grad_output.shape[0]
        dx = dgamma = dbeta = None
        if ctx.needs_input_grad[0]:
            dx = gamma / (B * s) * (B * grad_output - grad_output.sum(0) - x_hat * (grad_output * x_hat).sum(0))
        if ctx.needs_input_grad[1]:
            dgamma = (grad_output * x_hat).sum(0)
        if ctx.needs_input_grad[2]:
            dbeta = grad_output.sum(0)
        return dx, dgamma, dbeta, torch.zeros(())
