"""What users agreed to that is no matter of a browser, over every kind of store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from cookiesafe.contact import Answer, Contact
from cookiesafe.ports import Store
from tests.support.stores import store_fixture  # noqa: F401

YES, NO = Answer(yes=True, ground="0123456789ab"), Answer(yes=False)
STOPPED = Answer(yes=False, ground="0123456789ab", press="p" * 22, until=1_800_003_600)
ANN = Contact(user="ann", receipt="r1", answers={"letters": YES, "calls": NO, "tips": STOPPED})


def test_a_contact_comes_back_with_its_version(store: Store) -> None:
    assert store.load_contact("ann") is None
    assert store.save_contact(ANN)

    assert store.load_contact("ann") == replace(ANN, version=1)


def test_a_change_is_kept_if_nobody_else_made_one(store: Store) -> None:
    assert store.save_contact(ANN)
    changed = replace(ANN, answers={"letters": NO}, receipt="r2", version=1)

    assert store.save_contact(changed)
    assert not store.save_contact(replace(ANN, version=1))
    assert not store.save_contact(ANN)
    assert not store.save_contact(replace(ANN, version=3))
    assert store.load_contact("ann") == replace(changed, version=2)


def test_a_contact_that_is_not_there_cannot_be_changed(store: Store) -> None:
    assert not store.save_contact(replace(ANN, version=1))
    assert store.load_contact("ann") is None


def test_users_are_told_apart_exactly(store: Store) -> None:
    names = ["ann", "Ann", "ann ", "änn", ""]
    for name in names:
        assert store.save_contact(replace(ANN, user=name, receipt=f"of {name}"))

    assert [getattr(store.load_contact(name), "receipt", None) for name in names] == [
        f"of {name}" for name in names
    ]


def test_a_contact_is_what_it_was_when_it_was_saved(store: Store) -> None:
    answers = {"letters": YES}
    assert store.save_contact(replace(ANN, answers=answers))
    answers["letters"] = NO

    kept = store.load_contact("ann")
    assert kept is not None
    assert kept.answers == {"letters": YES}


def test_a_contact_is_removed(store: Store) -> None:
    assert store.save_contact(ANN)
    store.delete_contact("ann")
    store.delete_contact("ann")

    assert store.load_contact("ann") is None
    assert store.save_contact(ANN)


def test_of_changes_at_once_one_is_kept(store: Store) -> None:
    barrier = Barrier(4)

    def change(contact: Contact) -> bool:
        barrier.wait()
        return store.save_contact(contact)

    with ThreadPoolExecutor(4) as pool:
        for version in range(5):
            changes = [replace(ANN, receipt=f"r{n}", version=version) for n in range(4)]
            assert sorted(pool.map(change, changes)) == [False, False, False, True]
