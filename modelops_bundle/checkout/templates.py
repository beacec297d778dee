"""The files that `init` puts where none are."""

import json

IGNORE_TEMPLATE = """\
# What is not part of the bundle, in the syntax of .gitignore.
# Caches, virtual environments and editor files are left out by default.
*.log
.env*
*.key
*.pem
*.crt
tmp/
temp/
"""


def pyproject_template(name: str) -> str:
    """Return a pyproject.toml for a project of models, installable by the platform's workers."""
    return f"""\
[project]
name = {json.dumps(name)}
version = "0.1.0"
requires-python = ">=3.11"
dependencies = []

[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[tool.setuptools.packages.find]
include = ["models*", "targets*"]
"""
