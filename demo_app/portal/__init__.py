"""The portal: pages written once, served on ASGI and on WSGI."""
