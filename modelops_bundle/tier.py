"""Tier: how readily a blob of a blob store can be read, and so what keeping it costs."""

from enum import StrEnum


class Tier(StrEnum):
    """From quick and dear to slow and cheap; a directory has none. An archived blob may need hours to be read."""

    HOT = "hot"
    COOL = "cool"
    ARCHIVE = "archive"


def tier_named(name: str | None) -> Tier | None:
    """Return a tier that a bundle names, or None for one that we do not know."""
    return next((tier for tier in Tier if tier == name), None)
