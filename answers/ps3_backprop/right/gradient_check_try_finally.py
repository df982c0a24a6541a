"""Puts the parameter back in a finally clause."""

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
    def function_of(name):
        def function(value):
            module.params[name] = value
            return module.forward(x)

        return function

    module.forward(x)
    result = {}
    gradient = module.backward(dout)
    gradients = {key: value + 0 for key, value in module.grads.items()}
    for key in list(module.params):
        old = module.params[key]
        try:
            result[key] = float(relative_error(gradients[key], numerical_gradient(function_of(key), old, dout)))
        finally:
            module.params[key] = old
    result["input"] = float(relative_error(gradient, numerical_gradient(module.forward, x, dout)))
    return result
