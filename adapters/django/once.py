"""``create_once`` does what a carried form is for, once."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, router, transaction


def create_once(model: Any, flow: str, /, **values: Any) -> tuple[Any, bool]:
    """Create an object with this ``flow``, or find the one that is there: the object, and whether it is new.

    It is done in the transaction around it, if there is one; of two at once, the second waits for the first. The model
    has a field ``flow`` that is unique. Any other conflict raises ``IntegrityError``.
    """
    objects = model._default_manager.using(router.db_for_write(model))
    with transaction.atomic(objects.db):
        try:
            with transaction.atomic(objects.db):
                return objects.create(flow=flow, **values), True
        except IntegrityError:
            there = objects.filter(flow=flow)
            # Where the isolation is REPEATABLE READ, only a locking read sees what was committed since; elsewhere those
            # who come second need not wait for one another.
            found = there.first() or there.select_for_update().first()
            if found is None:
                raise
            return found, False
