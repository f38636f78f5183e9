"""Settings that tests start Kiosk with, as a mapping for `create_app` and as variables for a process."""

from collections.abc import Mapping
from typing import Any

SECRET_KEY = "for-tests-alone-8c1f5b0e4a7d92d63f"
JWT_SECRET_KEY = "tokens-of-tests-3d90b7e65f2a81c4e7"
IDENTITY = "https://id.example"  # nobody is there: pytest-httpx answers
PAYMENTS = "https://pay.example"  # feature: shop
CLIENT_ID, CLIENT_SECRET = "kiosk", "client-secret-of-tests"
PAYMENTS_KEY, WEBHOOK_SECRET = "sk_test_0123456789abcdef", "whsec_0123456789abcdef"  # feature: shop


def settings(
    database: str,
    *,
    public_url: str = "http://localhost",
    identity: str = IDENTITY,
    payments: str = PAYMENTS,  # feature: shop
    **more: object,
) -> dict[str, Any]:
    """`identity` and `payments` are where the providers are, such as simulators' addresses."""
    return {
        "ENV": "test",
        "SECRET_KEY": SECRET_KEY,
        "JWT_SECRET_KEY": JWT_SECRET_KEY,
        "PUBLIC_URL": public_url,
        "SQLALCHEMY_DATABASE_URI": database,
        "OAUTH": {
            "acme": {
                "ISSUER": identity,
                "CLIENT_ID": CLIENT_ID,
                "CLIENT_SECRET": CLIENT_SECRET,
                "LABEL": "Acme",
                "KIND": "oidc",
            }
        },
        "OAUTH_DEFAULT": "acme",
        "DRAIN_SECONDS": "0",
        # feature: shop {
        "PAYMENTS": {"API_BASE": payments, "SECRET_KEY": PAYMENTS_KEY, "WEBHOOK_SECRET": WEBHOOK_SECRET},
        # }
        **more,
    }


def environment(settings: Mapping[str, Any], prefix: str = "KIOSK_") -> dict[str, str]:
    """{"PAYMENTS": {"API_BASE": …}} is KIOSK_PAYMENTS__API_BASE."""
    found = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found |= environment(value, f"{prefix}{name}__")
        else:
            found[f"{prefix}{name}"] = str(value)
    return found
