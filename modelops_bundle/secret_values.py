"""Values with secrets in them stay in the process that read them."""

from typing import NoReturn

from modelops_bundle.errors import Invalid


class SecretValue:
    """What is not pickled, since whatever sends or stores it would have its secrets in clear."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        """Raise Invalid."""
        raise Invalid(
            f"{type(self).__name__} holds logins, and is not pickled",
            hint="send what was given, and read the settings anew where it is received",
        )
