"""Which paths are pages of the frontend. A test compares them with its routes."""

import re

PATHS = (
    "/",
    "/basket",  # feature: shop
    "/forgot-password",
    "/items/$id",  # feature: shop
    "/orders",  # feature: shop
    "/orders/$id",  # feature: shop
    "/pages/$slug",  # feature: shop
    "/profile",
    "/register",
    "/reset-password",
    "/sign-in",
    "/staff",  # feature: shop
    "/staff/findings",  # feature: shop
    "/staff/items",  # feature: shop
    "/staff/items/$id",  # feature: shop
    "/staff/items/new",  # feature: shop
    "/staff/shop",  # feature: shop
    "/staff/shop/page",  # feature: shop
    "/staff/users",
    "/staff/users/$id",
    "/staff/users/new",
    "/todos",  # feature: todos
    "/verify-email",
)
"""As the frontend writes them: a `$name` stands for one part of the path."""

_PAGE = re.compile(
    "|".join(re.sub(r"\\\$[a-z]+", "[^/]+", re.escape(path.rstrip("/"))) + "/?" for path in PATHS), re.IGNORECASE
)


def is_page(path: str) -> bool:
    """Whether the frontend shows something at `path`. Like it, this takes capitals and a slash at the end."""
    return _PAGE.fullmatch(path) is not None
