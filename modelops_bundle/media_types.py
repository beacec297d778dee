"""Media types and annotation keys that we write or read."""

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"

BUNDLE = "application/vnd.modelops.bundle.v1"
BUNDLE_CONFIG = "application/vnd.modelops.bundle.config.v1+json"
BUNDLE_INDEX = "application/vnd.modelops.bundle.index.v1+json"
BUNDLE_FILE = "application/vnd.modelops.bundle.file.v1"
BUNDLE_PACK = "application/vnd.modelops.bundle.pack.v1"

TITLE = "org.opencontainers.image.title"
REF_NAME = "org.opencontainers.image.ref.name"
FORMAT_ANNOTATION = "io.modelops.bundle.format"
TREE_ANNOTATION = "io.modelops.bundle.tree"
PACK_INDEX_ANNOTATION = "io.modelops.bundle.pack.index"
