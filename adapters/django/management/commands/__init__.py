"""``manage.py cookiesafe``."""
