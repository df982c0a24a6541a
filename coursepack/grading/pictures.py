"""Which cells of a notebook only draw: they can be left out where points alone are of interest."""

from __future__ import annotations

import ast
import re

from nbformat import NotebookNode

_DRAWS = re.compile(r"\bplt\.|\bshow_\w+\(|\bdraw_\w+\(|\btorchinfo\.summary\(")
_TRAINS = re.compile(r"\btrain\w*\(|\brun_\w+\(|seed\(|\brcParams\b")


def picture_cells(notebook: NotebookNode) -> set[str]:
    """Return the ids of ungraded code cells that draw and leave nothing behind that another cell uses."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    names = [_Names.of(cell.source) for cell in cells]
    found: set[str] = set()
    needed: set[str] = set()
    for cell, (used, made) in reversed(list(zip(cells, names, strict=True))):
        meta = cell.metadata.get("nbgrader", {})
        graded = meta.get("grade") or meta.get("solution")
        draws = _DRAWS.search(cell.source) and not _TRAINS.search(cell.source)
        if draws and not graded and not made & needed:
            found.add(cell.id)
        else:
            needed = (needed - made) | used
    return found


class _Names(ast.NodeVisitor):
    """Collects the names that a cell takes from the cells before it, and those that it sets, in order of execution."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.made: set[str] = set()

    @classmethod
    def of(cls, source: str) -> tuple[set[str], set[str]]:
        """Return (names used, names made); magics count for nothing, a cell that is not Python uses all names."""
        names = cls()
        lines = [re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in source.split("\n")]
        try:
            names.visit(ast.parse("\n".join(lines)))
        except SyntaxError:
            return set(re.findall(r"\w+", source)), set()
        return names.used, names.made

    def visit_Name(self, node: ast.Name) -> None:
        """Note a name that is set, or used before it is set."""
        if isinstance(node.ctx, ast.Store):
            self.made.add(node.id)
        elif node.id not in self.made:
            self.used.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Visit the value first: `x = x + 1` uses x."""
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """`x += 1` uses x."""
        if isinstance(node.target, ast.Name) and node.target.id not in self.made:
            self.used.add(node.target.id)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        """Visit what is iterated over before the loop's variable."""
        self.visit(node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Visit what is iterated over before the variable."""
        self.visit(node.iter)
        self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit a comprehension's variables before what is made of them."""
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            for generator in node.generators:
                self.visit(generator)
        super().generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A function sets its name; its arguments are its own."""
        self.made.add(node.name)
        self.made |= {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
        self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """A lambda's arguments are its own."""
        self.made |= {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class sets its name."""
        self.made.add(node.name)
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        """An import sets a name."""
        self.made.add((node.asname or node.name).split(".")[0])
