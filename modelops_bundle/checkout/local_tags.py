"""Our own names for versions: tags that stay in this checkout, unlike a remote's."""

from modelops_bundle.checkout.project import Project
from modelops_bundle.digest import Digest
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.store.refs import HEAD, tag_ref


def local_tags(project: Project) -> dict[str, Digest]:
    """Return our own tags and the versions that they name, sorted by tag."""
    return {name.removeprefix("tags/"): digest for name, digest in project.refs if name.startswith("tags/")}


def create_tag(project: Project, tag: str, digest: Digest, *, force: bool = False) -> Digest | None:
    """Make a tag name a version and return what it named before; naming the same version again is success.

    Raises Invalid when it names another version, unless `force` is given, and RefChanged when somebody else
    changes it meanwhile.
    """
    if tag == HEAD:
        raise Invalid(f"'{HEAD}' cannot be a tag: it is the version last pushed or pulled", hint="choose a name")
    old = project.refs.read(tag_ref(tag))
    if old not in (None, digest) and not force:
        raise Invalid(f"tag '{tag}' exists already and names '{old}'", hint=f"modelops-bundle tag --force {tag}")
    if old != digest:
        project.refs.update(tag_ref(tag), digest, old)
    return old


def delete_tag(project: Project, tag: str) -> Digest:
    """Forget a tag and return the version that it named; raise NotFound."""
    old = project.refs.read(tag_ref(tag))
    if old is None:
        raise NotFound(f"no local tag '{tag}'", hint="modelops-bundle tag")
    project.refs.delete(tag_ref(tag), old)
    return old
