"""Keep secrets out of what the SDKs log: signed URLs, session tokens, the addresses of open uploads."""

import logging

_WITH_URLS = "urllib3.connectionpool"
_WITH_HEADERS = "botocore"


def keep_secrets_out_of_logs() -> None:
    """Drop queries from URLs that urllib3 logs, and what botocore logs for debugging: headers, tokens included."""
    urls = logging.getLogger(_WITH_URLS)
    if _drop_queries not in urls.filters:
        urls.addFilter(_drop_queries)
    headers = logging.getLogger(_WITH_HEADERS)
    if headers.level == logging.NOTSET:
        headers.setLevel(logging.INFO)


def _drop_queries(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(_without_query(value) for value in record.args)
    return True


def _without_query(value: object) -> object:
    text = value if isinstance(value, str) else ""
    return f"{text.partition('?')[0]}?…" if "?" in text else value
