"""Buying: an order is placed, paid, cancelled, handed over. The top of orders, payments and checkout."""
