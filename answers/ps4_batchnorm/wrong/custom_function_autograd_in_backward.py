"""Lets autograd find the gradients in backward."""

# loses: custom-function-backward-hidden
# %% custom-function
class CustomBatchNormManualFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, gamma, beta, eps=1e-5):
        mean = input.mean(0)
        var = input.var(0, unbiased=False)
        s = torch.sqrt(var + eps)
        x_hat = (input - mean) / s
        ctx.save_for_backward(input, gamma)
        ctx.eps = eps
        return gamma * x_hat + beta

    @staticmethod
    def backward(ctx, grad_output):
        x, gamma = ctx.saved_tensors
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            x_hat = (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=False) + ctx.eps)
        dx = dgamma = dbeta = None
        if ctx.needs_input_grad[0]:
            dx = torch.autograd.grad(x_hat, x, gamma * grad_output, retain_graph=True)[0]
        if ctx.needs_input_grad[1]:
            dgamma = (grad_output * x_hat.detach()).sum(0)
        if ctx.needs_input_grad[2]:
            dbeta = grad_output.sum(0)
        return dx, dgamma, dbeta, None
