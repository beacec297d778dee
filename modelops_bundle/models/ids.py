"""What models, targets and target sets may be called by whoever registers them."""

from modelops_bundle.errors import Invalid
from modelops_bundle.source.syntax import is_source


def check_id(id: str, where: str = "") -> None:
    """Raise Invalid for a name that a line, a terminal or a command line could not take; `where` it stands."""
    if id and id.isprintable() and id == id.strip() and not id.startswith("-") and not is_source(id):
        return
    raise Invalid(
        f"not an id: '{id}'" + (f" in '{where}'" if where else ""),
        hint="an id is printable text, without blanks around it, '-' before it, or '.py' or '.ipynb' behind it",
    )
