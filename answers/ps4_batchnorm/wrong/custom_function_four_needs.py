"""Unpacks four entries of needs_input_grad, which has three when eps was left out."""

# loses: custom-function-needs-hidden
# %% custom-function
class CustomBatchNormManualFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, gamma, beta, eps=1e-5):
        n = input.size(0)
        mu = torch.einsum("bc->c", input) / n
        centred = input - mu
        ctx.inverse = (torch.einsum("bc,bc->c", centred, centred) / n + eps).pow(-0.5)
        ctx.normal, ctx.gamma, ctx.n = centred * ctx.inverse, gamma, n
        return ctx.normal * gamma + beta

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_output):
        want_x, want_gamma, want_beta, _ = ctx.needs_input_grad
        dbeta = torch.einsum("bc->c", grad_output)
        dgamma = torch.einsum("bc,bc->c", grad_output, ctx.normal)
        dx = None
        if want_x:
            dx = ctx.gamma * ctx.inverse * (grad_output - (dbeta + ctx.normal * dgamma) / ctx.n)
        return dx, dgamma if want_gamma else None, dbeta if want_beta else None, None
