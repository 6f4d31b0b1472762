"""What ``{% load cookiesafe %}`` loads."""
