"""What the admin and its permissions know of ours: it stands for the ledger's records, and has no table."""

from __future__ import annotations

from django.db import models


class Record(models.Model):  # type: ignore[misc]
    """A record of the ledger. Who may see them has the permission ``cookiesafe.view_record``; nobody may change one."""

    id = models.CharField(primary_key=True, max_length=64)

    class Meta:
        app_label = "cookiesafe"
        managed = False
        default_permissions = ("view",)
        verbose_name = "record"
