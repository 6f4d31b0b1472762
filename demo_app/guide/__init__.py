"""The guide: what to try in which order. It stands in front of the portal, and is no part of it."""
