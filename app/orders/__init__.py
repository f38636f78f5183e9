"""Placing, settling, handing over."""
