"""Goes through the gradients of variance and mean, as the paper does."""

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
            dx_hat = grad_output * gamma
            centred = x_hat * s
            dvar = (dx_hat * centred).sum(0) * -0.5 * s**-3
            dmean = -(dx_hat / s).sum(0) + dvar * -2 * centred.mean(0)
            dx = dx_hat / s + dvar * 2 * centred / B + dmean / B
        if ctx.needs_input_grad[1]:
            dgamma = (grad_output * x_hat).sum(0)
        if ctx.needs_input_grad[2]:
            dbeta = grad_output.sum(0)
        return dx, dgamma, dbeta, None
