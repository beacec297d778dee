"""Every link of the docs leads somewhere, every page can be found, and none names the machine it was made on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
INDEX = DOCS / "index.md"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_MACHINE = re.compile(r"(?<![\w.…~-])/(?:work|root|tmp|home)\b|py(?:pi|thonhosted)\.\w+|index-url")


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links, those in code left out."""
    for inline, defined in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        yield inline or defined


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get on GitHub."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_outside(link: str) -> bool:
    return link.startswith(("https://", "http://", "mailto:"))


def target(page: Path, link: str) -> Path:
    return (page.parent / link.partition("#")[0]).resolve() if not link.startswith("#") else page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if is_outside(link):
            continue
        found = target(page, link)
        assert found.is_relative_to(ROOT) and found.exists(), link
        anchor = link.partition("#")[2]
        assert not anchor or anchor in anchors(found), link


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [INDEX]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [target(page, link) for link in links(page) if not is_outside(link)]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []


def test_the_readme_leads_to_the_index() -> None:
    assert INDEX in {target(ROOT / "README.md", link) for link in links(ROOT / "README.md")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_tells_of_a_machine_or_of_where_packages_come_from(page: Path) -> None:
    assert _MACHINE.findall(page.read_text("utf-8")) == []
