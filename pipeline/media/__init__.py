"""Probe, decode and transcode; the only owner of ffmpeg."""
