"""Say what differs between two versions of a file, in the words of its format."""

from pathlib import PurePosixPath

from modelops_bundle.changes import documents, tables
from modelops_bundle.changes.detail import Comparison
from modelops_bundle.changes.documents import NotADocument, compare_documents
from modelops_bundle.changes.side import Side, survey
from modelops_bundle.changes.tables import NotATable, compare_tables
from modelops_bundle.changes.text import MAX_LINES, compare_bytes, compare_coarsely, compare_texts
from modelops_bundle.source.notebook import MAX_NOTEBOOK
from modelops_bundle.source.syntax import is_source


def compare(old: Side, new: Side, path: str) -> Comparison:
    """Compare two versions of the file at a bundle path; what does not parse in its format is compared as text."""
    if is_source(path) and max(old.size, new.size) <= MAX_NOTEBOOK:
        from modelops_bundle.changes.sources import compare_sources

        return compare_sources(old, new, path)
    before, after = survey(old), survey(new)
    if before.binary or after.binary:
        return compare_bytes(old, new)
    if max(before.lines, after.lines) > MAX_LINES or before.long_lines or after.long_lines:
        return compare_coarsely(old, new, before, after)
    suffix = PurePosixPath(path.lower()).suffix
    try:
        if suffix in tables.SUFFIXES:
            return compare_tables(old, new, path, quotes=before.quotes or after.quotes)
        if suffix in documents.SUFFIXES:
            return compare_documents(old, new, suffix)
    except (NotATable, NotADocument):
        pass
    return compare_texts(old, new)
