"""Programs that stand in for the providers: identity, payments and mail, with the protocols of the real ones.

They are not a part of the shop: `app` never imports them, and they import nothing from `app`.
"""
