"""What users agreed to that is no matter of a browser, in a store."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from cookiesafe.contact import Answer, Contact
from cookiesafe.ports import Ledger
from cookiesafe.testing.stores.samples import LOOKALIKES
from cookiesafe.testing.stores.suite import Suite, at_once

YES, NO = Answer(yes=True, ground="0123456789ab"), Answer(yes=False)
STOPPED = Answer(yes=False, ground="0123456789ab", press="p" * 22, until=1_800_003_600)
ANN = Contact(user="ann", receipt="r1", answers={"letters": YES, "calls": NO, "tips": STOPPED})


class Contacts(Suite):
    """A ``Ledger``'s contact choices."""

    def test_a_contact_comes_back_with_its_version(self, store: Ledger) -> None:
        assert store.load_contact("ann") is None
        assert store.save_contact(ANN)

        assert store.load_contact("ann") == replace(ANN, version=1)

    def test_a_change_is_kept_if_nobody_else_made_one(self, store: Ledger) -> None:
        assert store.save_contact(ANN)
        changed = replace(ANN, answers={"letters": NO}, receipt="r2", version=1)

        assert store.save_contact(changed)
        assert not store.save_contact(replace(ANN, version=1))
        assert not store.save_contact(ANN)
        assert not store.save_contact(replace(ANN, version=3))
        assert store.load_contact("ann") == replace(changed, version=2)

    def test_a_contact_that_is_not_there_cannot_be_changed(self, store: Ledger) -> None:
        assert not store.save_contact(replace(ANN, version=1))
        assert store.load_contact("ann") is None

    def test_users_are_told_apart_exactly(self, store: Ledger) -> None:
        for name in LOOKALIKES:
            assert store.save_contact(replace(ANN, user=name, receipt=f"of {name}"))

        assert [getattr(store.load_contact(name), "receipt", None) for name in LOOKALIKES] == [
            f"of {name}" for name in LOOKALIKES
        ]

    def test_a_contact_is_what_it_was_when_it_was_saved(self, store: Ledger) -> None:
        answers = {"letters": YES}
        assert store.save_contact(replace(ANN, answers=answers))
        answers["letters"] = NO

        kept = store.load_contact("ann")
        assert kept is not None
        assert kept.answers == {"letters": YES}

    def test_a_contact_is_removed(self, store: Ledger) -> None:
        assert store.save_contact(ANN)
        store.delete_contact("ann")
        store.delete_contact("ann")

        assert store.load_contact("ann") is None
        assert store.save_contact(ANN)

    def test_of_changes_at_once_one_is_kept(self, store: Ledger) -> None:
        def change(version: int, number: int) -> bool:
            return store.save_contact(replace(ANN, receipt=f"r{number}", version=version))

        for version in range(5):
            kept = at_once(4, partial(change, version))
            assert sorted(kept) == [False, False, False, True]
