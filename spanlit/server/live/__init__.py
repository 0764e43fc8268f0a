"""Conversations as they happen: the live protocol and what stands behind it."""
