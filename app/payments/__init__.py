"""Payments: attempts, money that came, refunds, disputes, and the sweep that brings all of it in line."""
