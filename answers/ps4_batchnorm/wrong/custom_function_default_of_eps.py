"""Has another default for eps."""

# loses: custom-function-forward-hidden
# %% custom-function
class CustomBatchNormManualFunction(torch.autograd.Function):
    """Batch normalisation of vectors over the batch, with a backward written by hand."""

    @staticmethod
    def forward(ctx, input, gamma, beta, eps=1e-3):
        """Return the normalised, scaled and shifted input.

        Args:
            ctx: the context, in which to keep what backward needs.
            input: (batch, n_neurons).
            gamma: γ (n_neurons).
            beta: β (n_neurons).
            eps: ε, a number; `apply` may be called without it.

        Returns:
            Tensor (batch, n_neurons), of the input's dtype.
        """
        # TODO: apply the four formulas, and keep what backward needs
        centred = input - input.mean(dim=0)
        deviation = torch.sqrt(centred.square().mean(dim=0) + eps)
        normalised = centred / deviation
        ctx.save_for_backward(normalised, deviation, gamma)
        return gamma * normalised + beta

    @staticmethod
    def backward(ctx, grad_output):
        """Return the gradients of input, gamma, beta and eps; None for each that nobody needs, and for eps always.

        Args:
            ctx: the context, as forward left it.
            grad_output: ∂L/∂y (batch, n_neurons).
        """
        # TODO: return four gradients; ctx.needs_input_grad says which of them are wanted
        normalised, deviation, gamma = ctx.saved_tensors
        wants_input, wants_gamma, wants_beta = ctx.needs_input_grad[:3]  # a fourth stands for eps, if it was given
        grad_input = grad_gamma = grad_beta = None
        if wants_input:
            batch = len(grad_output)
            common = grad_output.sum(dim=0) + normalised * (grad_output * normalised).sum(dim=0)
            grad_input = gamma / (batch * deviation) * (batch * grad_output - common)
        if wants_gamma:
            grad_gamma = (grad_output * normalised).sum(dim=0)
        if wants_beta:
            grad_beta = grad_output.sum(dim=0)
        return grad_input, grad_gamma, grad_beta, None
