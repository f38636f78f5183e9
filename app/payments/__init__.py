"""The payment provider: how it is asked, and how its messages are known to be its own. Knows nothing of orders."""
