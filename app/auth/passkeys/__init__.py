"""Sign-in with passkeys."""
