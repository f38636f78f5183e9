"""To-do lists: a user's own, and staff's "hand over order N"."""
