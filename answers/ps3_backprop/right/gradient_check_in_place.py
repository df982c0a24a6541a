"""Nudges in place, and copies the old values back."""

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
    module.forward(x)
    dx = module.backward(dout).copy()
    found = {name: module.grads[name].copy() for name in module.params}
    report = {"input": relative_error(dx, numerical_gradient(lambda value: module.forward(value), x, dout))}
    for name in module.params:
        saved = module.params[name].copy()

        def forward_with(value):
            module.params[name][...] = value
            return module.forward(x)

        report[name] = relative_error(found[name], numerical_gradient(forward_with, saved, dout))
        module.params[name][...] = saved
    return report
