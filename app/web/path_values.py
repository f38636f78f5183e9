"""What the variable parts of a route's path may be, such as `<id:item_id>`."""

from typing import Any

from werkzeug.routing import BaseConverter, IntegerConverter


class IdConverter(IntegerConverter):
    """A row's id. A number that no database could hold is a 404."""

    regex = r"[0-9]{1,16}"

    def __init__(self, map: Any) -> None:  # noqa: A002 -- werkzeug's own name
        super().__init__(map, min=1, max=2**53)


class SlugConverter(BaseConverter):
    """A page's name in its address."""

    regex = r"[a-z0-9][a-z0-9-]{0,63}"


class DigestConverter(BaseConverter):
    """A file's hash."""

    regex = r"[0-9a-f]{32}"


class TokenConverter(BaseConverter):
    """An opaque token in a path, of characters that every database takes."""

    regex = r"[A-Za-z0-9_-]{1,64}"


CONVERTERS: dict[str, type[BaseConverter]] = {
    "digest": DigestConverter,
    "id": IdConverter,
    "slug": SlugConverter,
    "token": TokenConverter,
}
