"""One's own account: profile, sign-in methods, sessions, and its end."""
