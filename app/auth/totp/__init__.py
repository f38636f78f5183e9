"""Authenticator apps and recovery codes, the second factor of a password."""
