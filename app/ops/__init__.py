"""Health and logs."""
