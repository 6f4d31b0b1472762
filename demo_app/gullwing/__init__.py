"""Gullwing Adverts: the third party whose tags the portal carries."""
