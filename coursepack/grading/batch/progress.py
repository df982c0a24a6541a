"""The progress bar of a grading run: submissions done, pace, time left."""

from __future__ import annotations

import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text


class PaceColumn(ProgressColumn):
    """Show submissions per minute and the time left, both computed from the whole run so far."""

    def render(self, task: Task) -> Text:
        """Return the pace, or nothing before there is one."""
        if not task.completed or not task.elapsed:
            return Text("")
        left = round(task.elapsed / task.completed * ((task.total or 0) - task.completed))
        return Text(f"{60 * task.completed / task.elapsed:.1f}/min, {datetime.timedelta(seconds=left)} left")


def progress_bar(console: Console) -> Progress:
    """Return the progress bar of a grading run."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        PaceColumn(),
        console=console,
    )
