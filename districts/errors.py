"""The one base of anticipated failures; must not know HTTP, forms or any single feature."""


class DomainError(Exception):
    """A failure that a person can act on; its message says what to do.

    `status` is the HTTP status pages and the API answer with.
    """

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Obstacle(DomainError):
    """A failure that a page can tell before anybody tries: why, and the way that is left."""

    status = 409

    def __init__(self, why: str, way: str) -> None:
        super().__init__(f"{why} {way}")
        self.why = why
        self.way = way
