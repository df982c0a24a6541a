"""Takes ones for dout, in backward and in the numerical gradient."""

# loses: gradient-check-hidden
# %% gradient-check
def gradient_check(module, x, dout):
    """Compare a module's gradients with numerical ones.

    Args:
        module: has forward, backward, params and grads; its parameters are the same afterwards as before.
        x: a batch (batch, features), float64.
        dout: gradient of some loss with respect to the module's output, of the output's shape.

    Returns:
        A dictionary: "input" and every name in `module.params` → relative error of that gradient.
    """
    # TODO: run forward and backward, keep the gradients; then compare each with its numerical gradient
    dout = np.ones_like(dout)
    module.forward(x)
    dx = module.backward(dout)
    analytic = {name: np.array(gradient) for name, gradient in module.grads.items()}
    errors = {"input": relative_error(dx, numerical_gradient(module.forward, x, dout))}
    for name, value in module.params.items():

        def output(changed, name=name):
            module.params[name] = changed
            return module.forward(x)

        errors[name] = relative_error(analytic[name], numerical_gradient(output, value, dout))
        module.params[name] = value
    return errors
