"""Running a shop: health, metrics, logs, traces, backups, migrations."""
