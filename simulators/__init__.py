"""Programs that play the two providers Kiosk talks to, over HTTP, on the wire of the real ones.

They are no part of the shop: `app` never imports them, and they import nothing from `app`.
"""
