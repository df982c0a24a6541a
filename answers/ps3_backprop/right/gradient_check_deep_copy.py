"""Works on deep copies of the module."""

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
    import copy

    module = copy.deepcopy(module)
    module.forward(x)
    analytic = {"input": module.backward(dout), **module.grads}
    numerical = {"input": numerical_gradient(copy.deepcopy(module).forward, x, dout)}
    for name in module.params:
        twin = copy.deepcopy(module)

        def run(value, twin=twin, name=name):
            twin.params = {**module.params, name: value}
            return twin.forward(x)

        numerical[name] = numerical_gradient(run, module.params[name], dout)
    return {name: relative_error(analytic[name], numerical[name]) for name in numerical}
