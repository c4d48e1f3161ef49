"""Hushgate's gateway: decides, answers, enforces, decodes and explains."""
