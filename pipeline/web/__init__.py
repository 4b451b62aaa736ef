"""Show recordings and their highlights over HTTP, read-only."""
