"""Buying: the routes by which an order is placed, paid, cancelled and handed over. It uses orders and payments."""
