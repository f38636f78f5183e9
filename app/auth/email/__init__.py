"""Email addresses and forgotten passwords, by links in mails."""
