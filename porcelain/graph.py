"""graph: draw what models, targets and files need."""

from collections.abc import Callable
from pathlib import PurePath
from shlex import quote

import click

from modelops_bundle.errors import Invalid
from modelops_bundle.files.durable import write_file
from modelops_bundle.models.drawing.graph import Drawing, draw
from modelops_bundle.models.drawing.page import as_page
from modelops_bundle.models.drawing.text_formats import as_dot, as_mermaid
from modelops_bundle.models.overview import assess
from modelops_bundle.models.registering.recording import look_around
from modelops_bundle.models.registry_yaml.file import read_registry
from modelops_bundle.models.selection import entry_named
from modelops_bundle.plumbing._session import Session, pass_session
from modelops_bundle.plumbing.list_deps import tracked_sources
from modelops_bundle.plural import count_of
from modelops_bundle.porcelain._completion import complete_registered
from modelops_bundle.porcelain._render import say, talk
from modelops_bundle.source.syntax import is_source

_FORMATS: dict[str, Callable[[Drawing, str], str]] = {
    "dot": lambda drawing, title: as_dot(drawing),
    "mermaid": lambda drawing, title: as_mermaid(drawing),
    "html": as_page,
}
_PICTURES = (".gif", ".jpg", ".pdf", ".png", ".ps", ".svg", ".webp")
"""What other programs make: a drawing under such a name could not be opened."""
_SUFFIXES = {".gv": "dot", ".htm": "html", ".html": "html", ".mmd": "mermaid", ".mermaid": "mermaid"}


@click.command()
@click.option(
    "--format",
    "format",
    type=click.Choice(list(_FORMATS)),
    help="How to draw; by default as the ending of FILE says, or else dot.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write FILE in place of standard output.")
@click.argument("names", nargs=-1, shell_complete=complete_registered)
@pass_session
def command(session: Session, format: str | None, output: str, names: tuple[str, ...]) -> None:
    """Draw NAMES with all files that they need, and colour what is stale or broken.

    NAMES are models, targets or source files; by default all that is registered, or where nothing is, all tracked
    source files.
    """
    suffix = PurePath(output).suffix.lower()
    if suffix in _PICTURES and not format:
        raise Invalid(
            f"only another program makes '{suffix}': '{output}'",
            hint=f"modelops-bundle graph | dot -T{suffix[1:]} -o {quote(output)}",
        )
    drawing = _drawing(session, names)
    chosen = format or _SUFFIXES.get(suffix, "dot")
    text = _FORMATS[chosen](drawing, session.project.root.name)
    if output:
        write_file(session.file(output), text.encode("utf-8", "backslashreplace"), flush=False)
        counts = count_of(len(drawing.nodes), "node"), count_of(len(drawing.arrows), "arrow")
        talk(session, f"wrote '{output}': {', '.join(counts)}")
    else:
        say(text.removesuffix("\n"))


def _drawing(session: Session, names: tuple[str, ...]) -> Drawing:
    around, registry = look_around(session.project), read_registry(session.project)
    files = [session.bundle_path(name) for name in names if is_source(name)]
    for path in files:
        if not around.sources.digest(path):
            raise around.no_such_file(path)
    chosen = [entry_named(registry, name) for name in names if not is_source(name)]
    if not names and not registry:
        files = list(tracked_sources(around))
    overview = assess(registry, around, wanted=lambda entry: not names or entry in chosen)
    drawing = draw(around.graph, overview.entries(), files)
    around.sources.save()
    return drawing
