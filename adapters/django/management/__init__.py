"""What ``manage.py`` has of ours."""
