"""Harbour Light & Water, a utility's customer portal, and Gullwing Adverts, its advertiser: a user of CookieSafe."""
