"""The composite digest: the identity of a model or target together with all that it depends on.

It is what results are keyed by: an edit of the README changes no model's digest, and one of its data files does.
What the code means counts, by semantic digest, and the bytes of everything else. The environment that runs the
code has a digest of its own.
"""

from collections.abc import Mapping

from modelops_bundle.digest import Digest, digest_of
from modelops_bundle.files import canonical_json
from modelops_bundle.models.entries import Entry, ModelEntry
from modelops_bundle.safe_path import is_utf8

MODEL_DOMAIN = b"modelops-bundle:model:v1\n"
TARGET_DOMAIN = b"modelops-bundle:target:v1\n"
"""What is hashed before the document, so that no two kinds of document ever have one digest."""


def composite_digest(domain: bytes, entrypoint: str, code: Mapping[str, str], data: Mapping[str, str]) -> Digest:
    """Return the digest of an entry point and the digests of all files, by path; their order does not matter.

    It is the sha256 of the domain and of the canonical JSON of `{"code", "data", "entrypoint"}`.
    """
    document = {"code": dict(code), "data": dict(data), "entrypoint": entrypoint}
    return digest_of(domain + canonical_json.encode(document))


def digest_of_entry(entry: Entry) -> str:
    """Return the composite digest of the files as an entry names them.

    It is '' where one has no digest, or a name that is not UTF-8 and so no place in a bundle.
    """
    if isinstance(entry, ModelEntry):
        domain, own = MODEL_DOMAIN, entry.model_digest
    else:
        domain, own = TARGET_DOMAIN, entry.target_digest
    semantic = entry.semantic_digests
    code = {path: semantic.get(path) or digest for path, digest in entry.code_digests.items()}
    code[entry.path] = semantic.get(entry.path) or own
    if not (all(code.values()) and all(entry.data_digests.values())):
        return ""
    if not all(map(is_utf8, (*code, *entry.data_digests))):
        return ""
    return composite_digest(domain, entry.entrypoint, code, entry.data_digests)
