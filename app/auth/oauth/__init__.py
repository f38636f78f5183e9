"""Sign-in at OAuth 2 and OpenID Connect providers."""
