"""Draw the Mermaid diagrams of docs/ for the site, into docs/diagrams/. It needs npm, and Chromium as the tests do.

python scripts/draw_diagrams.py
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scripts.chromium import REMEDY, find_chromium  # noqa: E402
from scripts.docs_site import diagrams  # noqa: E402

MERMAID = "mermaid@11.17.2"
DOCS, DRAWINGS = ROOT / "docs", ROOT / "docs" / "diagrams"
SETTINGS = """{
    startOnLoad: false, securityLevel: "strict", theme: "base", htmlLabels: false,
    flowchart: {htmlLabels: false, useMaxWidth: true, wrappingWidth: 320},
    fontFamily: "system-ui, sans-serif",
}"""
# The site's own colours, which are other ones in dark mode.
COLOURS = """
.node rect, .node path { fill: var(--md-code-bg-color) !important; stroke: var(--md-typeset-a-color) !important; }
.cluster rect { fill: transparent !important; stroke: var(--md-default-fg-color--light) !important; }
.edgePath path, .flowchart-link { stroke: var(--md-default-fg-color--light) !important; }
marker path { fill: var(--md-default-fg-color--light) !important; stroke: none !important; }
text, tspan { fill: var(--md-default-fg-color) !important; }
.edgeLabel rect, .labelBkg { fill: var(--md-default-bg-color) !important; opacity: 1 !important; }
"""


def mermaid_script(folder: Path) -> Path:
    """Fetch Mermaid from npm, and return its script."""
    npm = shutil.which("npm") or sys.exit("npm was not found: install Node.js")
    command = [npm, "pack", MERMAID]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - no input
    with tarfile.open(folder / said.stdout.split()[-1]) as package:
        package.extract("package/dist/mermaid.min.js", folder, filter="data")
    return folder / "package" / "dist" / "mermaid.min.js"


def scoped(svg: str) -> str:
    """Return a drawing in the site's colours; its rules hold inside it alone."""
    [name] = re.findall(r'^<svg[^>]*? id="([^"]+)"', svg)
    rules = re.sub(r"(?m)^(?=[.\w])|(?<=, )(?=[.\w][^{}]*\{)", f"#{name} ", COLOURS.strip())
    return svg.replace("</style>", f"{rules}</style>", 1) + "\n"


def main() -> None:
    """Draw every diagram that has no drawing, and remove drawings of texts that are gone."""
    chromium = find_chromium() or sys.exit(f"no Chromium was found: {REMEDY}")
    pages = sorted(DOCS.rglob("*.md"))
    wanted = {diagrams.file_name(text): text for page in pages for text in diagrams.texts(page.read_text("utf-8"))}
    DRAWINGS.mkdir(exist_ok=True)
    for path in DRAWINGS.glob("*.svg"):
        if path.name not in wanted:
            path.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = mermaid_script(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=script)
        page.evaluate(f"mermaid.initialize({SETTINGS})")
        for name, text in wanted.items():
            draw = "async ([id, text]) => (await mermaid.render(id, text)).svg"
            svg = page.evaluate(draw, [f"diagram-{name.removesuffix('.svg')}", text])
            (DRAWINGS / name).write_text(scoped(svg), encoding="utf-8")
            print(f"docs/diagrams/{name}")
        browser.close()


if __name__ == "__main__":
    main()
