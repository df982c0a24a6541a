"""Run as a cell, this tells what a kernel is like: names and values, as one JSON object."""
# ruff: noqa: PTH109, PTH111, PTH115, PTH119, PTH208

import asyncio
import builtins
import faulthandler
import gc
import json
import locale
import logging
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import threading
import time
import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy
import pandas
import torch

shell = get_ipython()  # noqa: F821
STREAMS = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
# Objects, and what depends on the sockets' kind.
OWN_SETTINGS = ("IPKernelApp", "Session")


def signals():
    found = {number: signal.getsignal(number) for number in signal.valid_signals()}
    return {str(number): str(handler) for number, handler in found.items() if handler not in (signal.SIG_DFL, None)}


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def filters():
    pattern = lambda value: getattr(value, "pattern", value)  # noqa: E731
    return sorted(str((a, pattern(m), c.__name__, pattern(mod), line)) for a, m, c, mod, line in warnings.filters)


def settings_of_torch():
    checked = torch.are_deterministic_algorithms_enabled(), torch.backends.mkldnn.is_available()
    return [str(torch.get_default_dtype()), torch.is_grad_enabled(), *checked, str(torch._tensor_str.PRINT_OPTS)]


def traits():
    plain = (str, int, float, bool, type(None))
    return {name: value for name, value in shell.trait_values().items() if isinstance(value, plain)}


def types_shown():
    formatters = shell.display_formatter.formatters
    return {kind: sorted(map(str, [*f.type_printers, *f.deferred_printers])) for kind, f in formatters.items()}


def handlers():
    names = ("", "tornado", "matplotlib", "PIL", "torch", "py.warnings")
    return {name: [logging.getLogger(name).level, len(logging.getLogger(name).handlers)] for name in names}


def threads():
    return sorted(thread.name.split("-")[0] for thread in threading.enumerate())


def streams():
    found = {name: getattr(sys, name) for name in STREAMS}
    return {name: [type(one).__name__, one.encoding, one.errors, one.isatty()] for name, one in found.items()}


def environment():
    return {name: value for name, value in os.environ.items() if name not in ("PWD", "PATH", "HOME")}


LOOK = {
    "sys.path": lambda: sys.path,
    "sys.argv": lambda: [os.path.basename(sys.argv[0]), *sys.argv[1:2]],
    "sys.orig_argv": lambda: sys.orig_argv[1:3],
    "sys.flags": lambda: str(sys.flags),
    "sys.executable": lambda: [sys.executable, sys.prefix, sys.base_prefix],
    "sys.dont_write_bytecode": lambda: sys.dont_write_bytecode,
    "sys.setrecursionlimit": lambda: [sys.getrecursionlimit(), sys.getswitchinterval()],
    "hooks": lambda: [getattr(hook, "__qualname__", type(hook).__name__) for hook in
                      (sys.excepthook, sys.unraisablehook, sys.displayhook, sys.breakpointhook, threading.excepthook)],
    "tracing": lambda: [sys.gettrace() is None, sys.getprofile() is None],
    "meta path": lambda: [type(finder).__name__ for finder in sys.meta_path] + [len(sys.path_hooks)],
    "modules not imported": lambda: sorted(set(BEFORE) - set(sys.modules)),  # noqa: F821
    "streams": streams,
    "standard input": lambda: os.readlink("/proc/self/fd/0").split(":")[0],
    "working folder": lambda: [os.getcwd() == os.environ.get("PWD"), os.listdir(".")],
    "home": lambda: [os.path.expanduser("~") == os.environ["HOME"], os.access(os.environ["HOME"], os.W_OK)],
    "user": lambda: os.getuid(),
    "user's name": lambda: bool(__import__("getpass").getuser()),
    "umask": umask,
    "priority": lambda: os.nice(0),
    "signals": signals,
    "blocked signals": lambda: sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "encodings": lambda: [sys.getdefaultencoding(), sys.getfilesystemencoding(), locale.getpreferredencoding(),
                          locale.setlocale(locale.LC_ALL)],
    "time zone": lambda: time.tzname,
    "warnings": filters,
    "showing of warnings": lambda: [warnings.showwarning.__module__, warnings.formatwarning.__module__],
    "hash seed": lambda: hash("x"),
    "random numbers": lambda: [random.random(), numpy.random.rand(), torch.rand(1).item()],
    "scratch folder": tempfile.gettempdir,
    "processors": lambda: [os.cpu_count(), len(os.sched_getaffinity(0))],
    "threads of libraries": lambda: torch.get_num_threads(),
    "graphics processors": torch.cuda.is_available,
    "torch": settings_of_torch,
    "numpy": lambda: [numpy.get_printoptions(), numpy.geterr()],
    "pandas": lambda: {name: str(pandas.get_option(name)) for name in
                       ("display.max_rows", "display.max_columns", "display.width", "display.notebook_repr_html",
                        "plotting.backend")},
    "matplotlib's backend": lambda: [matplotlib.get_backend(), matplotlib.is_interactive(), plt.get_fignums()],
    "matplotlib's settings": lambda: sorted(map(str, matplotlib.rcParams.items())),
    "matplotlib's folders": lambda: [os.path.relpath(matplotlib.get_configdir(), os.environ["HOME"]),
                                     os.path.relpath(matplotlib.get_cachedir(), os.environ["HOME"])],
    "__main__": lambda: [__name__, __import__("__main__").__dict__ is shell.user_ns, "__file__" in globals(),
                         __builtins__ is builtins, __spec__ is None, __import__("__main__").__doc__],
    "builtins": lambda: sorted(dir(builtins)),
    "names": lambda: sorted(NAMES),  # noqa: F821
    "get_ipython()": lambda: [type(one).__name__ for one in
                              (shell, shell.kernel, shell.display_pub, shell.display_formatter, shell.displayhook,
                               shell.parent, *shell.configurables)],
    "settings of get_ipython()": traits,
    "configuration": lambda: {name: dict(value) for name, value in shell.config.items() if name not in OWN_SETTINGS},
    "magics": lambda: [sorted(names) for names in shell.magics_manager.magics.values()],
    "extensions": lambda: sorted(shell.extension_manager.loaded),
    "types shown": types_shown,
    "events": lambda: {name: [call.__qualname__ for call in calls] for name, calls in shell.events.callbacks.items()},
    "transformers": lambda: [len(shell.ast_transformers), len(shell.input_transformers_post),
                             len(shell.input_transformer_manager.cleanup_transforms)],
    "history": lambda: [shell.history_manager.enabled, type(Out).__name__],  # noqa: F821
    "event loop": lambda: [type(asyncio.get_running_loop()).__name__, type(asyncio.get_event_loop_policy()).__name__,
                           asyncio.get_running_loop().get_debug()],
    "garbage collection": lambda: [gc.isenabled(), gc.get_threshold(), gc.callbacks, gc.get_debug()],
    "garbage that is looked at": lambda: gc.get_freeze_count() > 0,
    "faulthandler": faulthandler.is_enabled,
    "Python's threads": threads,
    "main thread": lambda: threading.current_thread() is threading.main_thread(),
    "multiprocessing": lambda: [multiprocessing.get_start_method(), multiprocessing.current_process().name],
    "session": lambda: [os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()],
    "processes": lambda: os.getpid() < 10,
    "limits": lambda: [__import__("resource").getrlimit(kind) for kind in range(16)],
    "environment variables": environment,
    "host name": lambda: os.uname().nodename,
    "logging": handlers,
    "debugger": lambda: __import__("pdb").Pdb.__qualname__,
    "small numbers": lambda: [numpy.finfo(float).tiny / 2, torch.tensor(1e-40).item()],
    "decimal": lambda: str(__import__("decimal").getcontext()),
    "tables and figures": lambda: [pandas.get_option("display.max_colwidth"), plt.isinteractive()],
}  # fmt: skip


def looked_at():
    found = {}
    for name, look in LOOK.items():
        try:
            found[name] = look()
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


print(json.dumps(looked_at(), default=str))
