"""A Django site with django-oauth-toolkit, as its documentation sets up OpenID Connect; its one user is ada.

python django_provider.py PORT REDIRECT_URI CLIENT_ID CLIENT_SECRET, in an empty folder
"""

import sys
from typing import Any
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

PORT, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET = sys.argv[1:5]
LOGIN = '<form method="post">{% csrf_token %}{{ form }}<button>Log in</button></form>'


def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, *form).decode()


settings.configure(
    SECRET_KEY="of a site that nothing depends on",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="django_provider",
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN}),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    LOGIN_URL="/login/",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": private_key(),
        "OAUTH2_VALIDATOR_CLASS": "django_provider.Validator",
        "SCOPES": {"openid": "OpenID Connect", "profile": "name", "email": "email address"},
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402 -- models need the settings
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402

urlpatterns = [path("login/", LoginView.as_view()), path("o/", include("oauth2_provider.urls"))]


class Validator(OAuth2Validator):  # type: ignore[misc]  # Kiosk's own environment has no Django
    def get_additional_claims(self, request: Any) -> dict[str, object]:
        return {"preferred_username": request.user.username, "name": request.user.get_full_name()}


def main() -> None:
    call_command("migrate", verbosity=0)
    User.objects.create_user("ada", "ada@example.com", "the password of ada", first_name="Ada", last_name="Lovelace")
    Application.objects.create(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uris=REDIRECT_URI,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        algorithm=Application.RS256_ALGORITHM,
    )
    make_server("127.0.0.1", int(PORT), get_wsgi_application()).serve_forever()


if __name__ == "__main__":
    sys.modules["django_provider"] = sys.modules[__name__]
    main()
