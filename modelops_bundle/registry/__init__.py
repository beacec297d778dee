"""The client of OCI registries; `remote.RegistryRemote` is its front door.

    remote      the `Remote` protocol, over download, upload, manifests and tags
    transport   one request done well: login, redirects, retries
    auth        which Authorization header goes with a request; token, challenge and realm serve it
    wire        one HTTP exchange, traced and redacted
    login       what the commands `login` and `logout` do; credential_lookup finds what they stored

Only this package imports httpx, by `http_library`, and nothing here does so before `wire` is imported.
Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
"""
