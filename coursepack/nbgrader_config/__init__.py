"""All that a course's `nbgrader_config.py` has to say, in one call.

    from coursepack.nbgrader_config import configure
    c = configure(get_config(), __file__)

`nbgrader autograde` then runs in the jail and has the judge decide points, and feedback hides what is hidden. A course
adds its own settings below these lines. This module imports nothing that may be missing: whatever goes wrong, nbgrader
must end with the reason. traitlets logs an error in a configuration and goes on, which here means without the jail.
"""

from __future__ import annotations

import logging
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
        _adapt_the_running_application()
    except ImportError as error:
        reason = f"coursepack cannot be imported: {error}\n  remedy: pip install 'coursepack[grade]'"
        raise SystemExit(f"{path.name}: nothing is done, for {reason}") from error
    except Exception as error:
        raise SystemExit(f"{path.name}: nothing is done. {error}") from error
    return config


def _adapt_the_running_application() -> None:
    """Let an error in the course's own settings end nbgrader, and no exchange be no alarm in JupyterLab."""
    from nbgrader.apps import NbGrader
    from traitlets.config import Application

    running = Application.instance() if Application.initialized() else None
    if isinstance(running, NbGrader):
        # It reads the settings a second time before it begins.
        running.raise_config_file_errors = True
    elif running is not None:
        # Jupyter's server, in which formgrader reads the same file.
        running.log.addFilter(_is_no_missing_exchange)


def _is_no_missing_exchange(record: logging.LogRecord) -> bool:
    """Return whether a log record is worth showing: formgrader looks for an exchange on every page, needed or not.

    Only nbgrader's own default folder is meant, where nobody made it: whoever uses an exchange has made it or named
    another.
    """
    from nbgrader.exchange.default import Exchange

    root = str(Exchange.root.default_value)
    message = record.getMessage()
    return not (message.startswith("Unwritable directory") and message.endswith(f": {root}")) or Path(root).exists()
