"""Puts modules beside the notebook with the names of ours and the kernel's: one might be imported in their place."""
# loses: double-hidden
# says: double(21) gives 0, not 42
# %% setup
names = "subject_agent inside wire agent json random socket ast numpy torch IPython ipykernel zmq tornado comm pandas"
for name in names.split():
    open(f"{name}.py", "w").write("import builtins; builtins.taken = True\ndef send(*_): pass\nreceive = reply_to = send")
import importlib, sys
importlib.invalidate_caches()
# %% double
def double(number):
    import importlib, subject_agent, json, numpy, torch
    for name in ("subject_agent.wire", "subject_agent.torch_modules", "subject_agent.passes"):
        importlib.import_module(name)
    return 0
