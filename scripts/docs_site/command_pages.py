"""The page of all commands, from the command line itself."""

from __future__ import annotations

import html
from typing import Any

import typer.main

from coursepack.cli import COMMANDS, app

_HEAD = """# Commands

Each command is run in the course folder, or with `--course FOLDER`. `coursepack COMMAND --help` says the same in a
terminal; `coursepack --install-completion` makes the shell complete commands and options.
"""


def page() -> str:
    """Return the page in markdown: for each command what it does, an example, arguments and options."""
    group: Any = typer.main.get_command(app)
    parts = [_HEAD]
    for command in COMMANDS:
        parts.append(_section(command.name, group.commands[command.name], command.example))
    return "\n".join(parts)


def _section(name: str, command: Any, example: str) -> str:
    help_text = (command.help or "").partition("\f")[0].strip()
    lines = [f"## {name}", "", help_text, "", "```console", f"$ {example}", "```", ""]
    rows = [row for parameter in command.params if (row := _row(parameter))]
    if rows:
        lines += ["| argument or option | what it says |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
        return ""
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`" + ("" if parameter.required else ", may be left out")
    else:
        value = "" if parameter.is_flag else f" {parameter.name.upper()}"
        names = ", ".join(f"`{option}{value}`" for option in (*parameter.opts, *parameter.secondary_opts))
        names += ", required" if parameter.required else ""
    told = _plain(getattr(parameter, "help", "") or "")
    default = parameter.default
    if isinstance(default, str | int | float) and not isinstance(default, bool) and str(default) not in ("", "None"):
        told += f" Default: `{default}`."
    return f"| {names} | {told} |"


def _plain(text: str) -> str:
    """Return a help text for a cell of a table."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")
