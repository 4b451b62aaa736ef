"""Bring files from an object storage and put files there."""
