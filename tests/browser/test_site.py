"""Is the documentation's site built without a network, and can everybody read it, on any screen?"""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pictures import take_picture
from playwright.sync_api import Browser, Page, Request, expect

from coursepack.course import Course
from coursepack.sandbox.jail import find_bubblewrap
from scripts.docs_site import check_built

pytestmark = pytest.mark.nightly

# One page of each kind: text and screenshots, wide tables, drawings, commands, a reference, a worked notebook.
KINDS = (*("index", "instructor", "comparison", "architecture", "commands", "checks/networks", "worked/ps3_backprop"),)
LOOKS = (("light", 1280), ("dark", 1280), ("light", 390))


@pytest.fixture(scope="module")
def site(repository: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in a namespace of its own, from which nothing can be reached."""
    python = repository.root / ".venv-site" / "bin" / "python"
    if not python.is_file():
        pytest.fail("the site's environment is missing: `make site` makes it", pytrace=False)
    made = tmp_path_factory.mktemp("site")
    alone = [find_bubblewrap(), "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]
    build = [str(python), "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(made)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [*alone, *build], cwd=repository.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def opened(browser: Browser, address: str, look: str, width: int, problems: list[str]) -> Page:
    """Return a page whose console, broken requests and requests to other hosts are noted as problems."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=look)  # type: ignore[arg-type]

    def leaves(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            problems.append(f"asks for {request.url}")

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # what a page still asks for when the test goes on to the next
            problems.append(f"failed: {request.url}: {request.failure}")

    page.on("request", leaves)
    page.on("requestfailed", failed)
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


def missing_pictures(page: Page) -> list[str]:
    """Return the pictures that are not shown, after all have been asked for."""
    return page.evaluate(
        """async () => {
            const pictures = [...document.images];
            pictures.forEach(one => { one.loading = "eager"; });
            await Promise.allSettled(pictures.map(one => one.decode()));
            return pictures.filter(one => one.naturalWidth === 0).map(one => one.src);
        }"""
    )


def test_does_every_link_lead_somewhere_and_show_no_page_a_secret(site: Path) -> None:
    assert check_built.main(str(site)) == 0


@pytest.mark.parametrize(("look", "width"), LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_does_nothing_keep_people_from_reading(
    browser: Browser, address: str, kind: str, look: str, width: int
) -> None:
    """Does axe-core find no violation, is every picture shown, and does nothing stick out of the screen?"""
    problems: list[str] = []
    page = opened(browser, address, look, width, problems)
    page.goto(f"{address}/{kind}.html")
    assert missing_pictures(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert problems == []
    take_picture(page, f"site-{kind.replace('/', '-')}-{look}-{width}")
    page.close()


def test_are_all_other_pages_shown_without_a_fault(browser: Browser, site: Path, address: str) -> None:
    """Are their pictures there, on the narrowest screen, and does their script run?"""
    problems: list[str] = []
    page = opened(browser, address, "light", 390, problems)
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        page.goto(f"{address}/{name}")
        problems += [f"{name}: {picture} is missing" for picture in missing_pictures(page)]
        if page.evaluate("document.documentElement.scrollWidth") != 390:
            problems.append(f"{name} is wider than the screen")
    assert problems == []
    page.close()


def test_does_a_wide_table_scroll_with_the_keyboard(browser: Browser, address: str) -> None:
    page = opened(browser, address, "light", 390, [])
    page.goto(f"{address}/comparison.html")
    area = page.locator(".md-typeset__scrollwrap").first
    area.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("area => area.scrollLeft > 0", arg=area.element_handle())
    page.close()


def test_does_the_search_lead_to_a_page(browser: Browser, address: str) -> None:
    page = opened(browser, address, "light", 1280, [])
    page.goto(f"{address}/index.html")
    page.get_by_role("textbox", name="Search").fill("bubblewrap")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    page.close()
