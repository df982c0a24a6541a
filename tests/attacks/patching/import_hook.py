"""Offers a `coursepack` of its own whose checks accept everything."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
# %% double
import importlib.abc, importlib.machinery, sys
class Anything:
    def __getattr__(self, name):
        return self
    def __call__(self, *args, **options):
        return self
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.startswith("coursepack") else None
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        module.student = module.arrays = module.checks = module.networks = Anything()
sys.meta_path.insert(0, Finder())
from coursepack.checks import student
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
