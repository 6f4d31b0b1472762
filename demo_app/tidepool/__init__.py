"""Tidepool Video: the third party whose films the portal shows."""
