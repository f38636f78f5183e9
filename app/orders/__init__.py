"""The order and its life: placed, paid, handed over or cancelled. Knows nothing of attempts and payments."""
