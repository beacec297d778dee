"""Read one source file: all that the rest of the program wants to know of it, in one pass."""

from modelops_bundle.source.definitions import definitions_of
from modelops_bundle.source.exports import exports_of
from modelops_bundle.source.facts import SourceFacts, SyntaxFault
from modelops_bundle.source.import_statements import imports_of
from modelops_bundle.source.normal_form import semantic_digest
from modelops_bundle.source.notebook import MAX_NOTEBOOK
from modelops_bundle.source.syntax import Parsed, parse_source

_UNREAD = Parsed(fault=SyntaxFault(f"more than {MAX_NOTEBOOK >> 20} MiB", beyond_limits=True))


def read_source(data: bytes, path: str) -> SourceFacts:
    """Return what the bytes of a source file say; `path` tells a notebook from a Python file. Never raises."""
    parsed = parse_source(data, path)
    defined = definitions_of(parsed)
    return SourceFacts(
        semantic=semantic_digest(parsed, data),
        imports=imports_of(parsed),
        bindings=defined.bindings,
        names=defined.names,
        exports=exports_of(parsed),
        classes=defined.classes,
        targets=defined.targets,
        spaces=defined.spaces,
        fault=parsed.fault,
    )


def unread_source(digest: str) -> SourceFacts:
    """Return what is said of a file that is too large to be read, of which only the sha256 is known."""
    return SourceFacts(semantic=semantic_digest(_UNREAD, digest.encode()), fault=_UNREAD.fault)
