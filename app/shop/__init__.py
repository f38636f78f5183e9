"""What an owner makes the shop's own: its name, colours and pages, and pictures that staff upload."""
