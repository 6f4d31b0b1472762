"""One store that is two: the ledger in one place, logins and sessions in another.

Nothing is done in both at once, and no order between them is needed: a login is recorded before it is kept, and ended
before that is recorded.
"""

from __future__ import annotations

from cookiesafe.ports import Counts, Ledger, Logins


class DividedStore:
    """Sends what a ``Store`` is asked to ``ledger`` or to ``logins``.

    What is counted goes to ``counts``, if that is given, and else to the first of both that keeps such.
    """

    def __init__(self, ledger: Ledger, logins: Logins, counts: Counts | None = None) -> None:
        self.ledger, self.logins = ledger, logins
        self.append, self.records, self.entries = ledger.append, ledger.records, ledger.entries
        self.pending, self.entries_of = ledger.pending, ledger.entries_of
        self.find_entries, self.erase = ledger.find_entries, ledger.erase
        self.seal, self.tiles = ledger.seal, ledger.tiles
        self.checkpoint, self.checkpoints = ledger.checkpoint, ledger.checkpoints
        self.load_contact, self.save_contact = ledger.load_contact, ledger.save_contact
        self.delete_contact = ledger.delete_contact
        self.add_series, self.load_series = logins.add_series, logins.load_series
        self.swap_series, self.list_series = logins.swap_series, logins.list_series
        self.revoke_series, self.revoke_device = logins.revoke_series, logins.revoke_device
        self.epoch, self.advance_epoch = logins.epoch, logins.advance_epoch
        self.create_session, self.load_session = logins.create_session, logins.load_session
        self.update_session = logins.update_session
        self.delete_session, self.delete_sessions = logins.delete_session, logins.delete_sessions

        for each in (counts, ledger, logins):
            if isinstance(each, Counts):
                self.add_counts, self.counts = each.add_counts, each.counts
                self.swap_counts, self.remove_counts = each.swap_counts, each.remove_counts
                break

    def __repr__(self) -> str:
        return f"DividedStore({self.ledger!r}, {self.logins!r})"

    def purge(self, now: int) -> int:
        """In both, though one of them fails."""
        try:
            over = self.logins.purge(now)
        finally:
            kept_longer = self.ledger.purge(now)
        return over + kept_longer

    def close(self) -> None:
        try:
            self.logins.close()
        finally:
            self.ledger.close()
