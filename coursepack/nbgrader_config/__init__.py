"""All that a course's `nbgrader_config.py` has to say, in one call.

    from coursepack.nbgrader_config import configure
    c = configure(get_config(), __file__)

`nbgrader autograde` then runs in the jail and has the judge decide points, and feedback hides what is hidden. A course
adds its own settings below these lines. This module imports nothing that may be missing: whatever goes wrong, nbgrader
must end with the reason. traitlets logs an error in a configuration and goes on, which here means without the jail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["configure"]


def configure(config: Any, file: str) -> Any:
    """Set what coursepack needs of nbgrader.

    Args:
        config: what `get_config()` returns.
        file: the configuration file, `__file__`; its folder is the course folder.

    Returns:
        The configuration, for the course's own settings.

    Raises:
        SystemExit: it cannot be set; the message says why. Neither nbgrader nor traitlets catches it.
    """
    path = Path(file).resolve()
    try:
        from coursepack.nbgrader_config.settings import settle

        settle(config, path.parent)
        _let_errors_end_nbgrader()
    except ImportError as error:
        reason = f"coursepack cannot be imported: {error}\n  remedy: pip install 'coursepack[grade]'"
        raise SystemExit(f"{path.name}: nothing is done, for {reason}") from error
    except Exception as error:
        raise SystemExit(f"{path.name}: nothing is done. {error}") from error
    return config


def _let_errors_end_nbgrader() -> None:
    """Let an error in the course's own settings end nbgrader, too, which reads them a second time before it begins."""
    from nbgrader.apps import NbGrader
    from traitlets.config import Application

    # In JupyterLab, where formgrader reads the same file, the application is Jupyter's server.
    running = Application.instance() if Application.initialized() else None
    if isinstance(running, NbGrader):
        running.raise_config_file_errors = True
