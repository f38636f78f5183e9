"""The few mails that Kiosk sends."""
