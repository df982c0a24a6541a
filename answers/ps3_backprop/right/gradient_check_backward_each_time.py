"""Runs forward and backward again for every comparison."""

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
    errors = {}
    for name in ["input"] + list(module.params):
        module.forward(x)
        gradient = module.backward(dout)
        if name == "input":
            errors[name] = relative_error(gradient, numerical_gradient(module.forward, x, dout))
            continue
        gradient, old = module.grads[name], module.params[name]
        numerical = numerical_gradient(lambda new: [module.params.update({name: new}), module.forward(x)][1], old, dout)
        module.params[name] = old
        errors[name] = relative_error(gradient, numerical)
    return errors
