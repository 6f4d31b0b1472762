"""Where each attack on sessions, logins and forms is tried. Those that a test here names, and no test tries, are its failure."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ATTACKS = {
    "1 bits flipped, a token cut short, a signature of another": [
        "contract/test_attacks.py::test_a_cookie_with_one_byte_changed_is_nobodys",
        "contract/test_bad_input.py::test_a_damaged_session_is_empty",
        "test_keys.py::test_a_token_with_one_byte_changed_is_not_ours",
        "test_sealing.py::test_a_token_with_any_one_byte_changed_is_not_ours",
    ],
    "2 a cookie under another name, for another use, of another site": [
        "contract/test_login.py::test_a_remember_cookie_is_one_under_its_own_name_only",
        "contract/test_session.py::test_a_copy_under_another_name_is_none",
        "contract/test_session.py::test_a_consent_is_no_session_and_a_session_is_no_consent",
        "contract/test_session.py::test_a_session_of_plain_http_is_none_under_https",
        "contract/test_session.py::test_after_its_key_is_gone_a_new_one_begins",
    ],
    "3 a use and a name that run together": [
        "test_keys.py::test_text_moved_from_the_use_to_the_name_is_another_salt",
        "test_sealing.py::test_no_other_use_and_no_other_name_opens_a_token",
    ],
    "4 the order of keys, and retired ones": [
        "contract/test_session.py::test_a_retired_key_still_reads_and_the_new_one_writes",
        "test_keys.py::test_the_newest_key_signs_and_no_other",
        "test_keys.py::test_a_key_that_left_the_ring_verifies_no_more",
        "processes/test_keys.py::test_a_rotated_key_still_reads_and_the_next_write_signs_anew",
    ],
    "5 one format taken for another, a reader that lets garbage through": [
        "migration/test_readers.py::test_no_format_is_taken_for_another",
        "migration/test_readers.py::test_garbage_is_nothing_to_every_reader",
        "migration/test_readers.py::test_a_session_is_read_on_the_last_day_and_not_after_it",
        "contract/test_migration.py::test_what_it_did_not_write_is_no_session_and_stays",
    ],
    "6 an id that somebody else chose, or that was known before": [
        "contract/test_attacks.py::test_an_id_that_somebody_chose_is_never_taken_over",
        "contract/test_login.py::test_a_login_is_under_another_id_than_what_was_before",
        "contract/test_login.py::test_an_id_from_before_is_nobodys_at_once",
        "contract/test_login.py::test_a_session_that_lost_its_user_is_not_gone_on_with",
        "../cookiesafe/testing/stores/sessions.py::test_an_unknown_session_is_nothing_and_is_not_made",
    ],
    "7 a flood of unknown ids": [
        "contract/test_attacks.py::test_ten_thousand_unknown_ids_leave_nothing_behind",
        "contract/test_attacks.py::test_unknown_ids_that_are_only_looked_at_make_no_session",
    ],
    "8 cookies tossed in: twice, 200, without a name": [
        "contract/test_attacks.py::test_of_two_who_are_signed_in_nobody_is",
        "contract/test_attacks.py::test_what_only_looks_like_our_cookie_does_not_stand_in_its_way",
        "contract/test_attacks.py::test_two_hundred_cookies_of_our_names_are_answered",
        "contract/test_login.py::test_of_two_remember_cookies_none_counts",
        "contract/test_session.py::test_two_different_valid_ones_are_none",
        "test_cookies.py::test_a_flood_of_one_name_is_cut_off",
    ],
    "9 a cookie that a sub-domain sets": [
        "browser/test_set_cookie.py::test_it_keeps_and_sends_back_what_we_take_it_to",
        "contract/test_names.py::test_names_have_the_prefix_unless_it_is_plain_http_on_this_machine",
    ],
    "10 a cookie of before the logout, its session in the store": [
        "contract/test_login.py::test_an_id_from_before_is_nobodys_at_once",
        "processes/test_logins.py::test_who_is_signed_out_in_one_process_is_out_in_the_other",
    ],
    "11 a cookie, or a late response, of before the logout": [
        "contract/test_login.py::test_a_late_response_does_not_sign_in_again",
        "contract/test_login.py::test_a_late_response_to_who_was_remembered_does_not_sign_in_again",
        "contract/test_login.py::test_everywhere_is_in_every_browser_at_its_next_request",
    ],
    "12 a slow request that writes what was deleted": [
        "contract/test_login.py::test_what_was_ended_meanwhile_is_not_made_anew",
        "contract/test_late_writes.py::test_a_session_that_was_ended_meanwhile_is_not_brought_back",
        "../cookiesafe/testing/stores/sessions.py::test_a_slow_request_does_not_bring_back_what_was_deleted",
    ],
    "13 two requests that write": [
        "contract/test_login.py::test_what_two_requests_put_in_is_all_there",
        "contract/test_late_writes.py::test_what_others_have_changed_meanwhile_stays",
        "../cookiesafe/testing/stores/sessions.py::test_of_many_that_change_one_version_one_does",
    ],
    "14 many that read while one writes": [
        "contract/test_attacks.py::test_readers_do_not_undo_what_one_writes",
    ],
    "15 a shared cache in front": [
        "contract/test_shared_cache.py::test_no_visitor_is_given_anothers_page_cookie_or_policy",
        "contract/test_login.py::test_to_ask_about_it_is_to_depend_on_it",
        "contract/test_login.py::test_what_depends_on_who_is_signed_in_is_private",
    ],
    "16 a renewal on a page that is public": [
        "contract/test_attacks.py::test_a_session_is_renewed_on_a_page_that_is_one_visitors_alone",
    ],
    "17 too large for a cookie": [
        "test_session.py::test_a_session_may_fill_a_cookie_and_not_more",
        "contract/test_session.py::test_too_much_raises_in_the_app_and_says_how_much",
        "contract/test_attacks.py::test_what_is_too_large_for_a_cookie_is_kept_in_the_store_where_that_is_said",
        "browser/test_set_cookie.py::test_it_keeps_and_sends_back_what_we_take_it_to",
    ],
    "18 a line break in a header": [
        "test_cookies.py::test_what_no_server_may_send_is_refused",
        "contract/test_names.py::test_a_setting_that_cannot_work_is_told_at_once",
    ],
    "19 a text that unpacks to a thousand times its size": [
        "migration/test_readers.py::test_what_unpacks_to_more_than_256_kib_is_nothing",
        "migration/test_readers.py::test_nothing_is_unpacked_before_it_was_verified",
    ],
    "20 signed, and of another type": [
        "contract/test_attacks.py::test_what_is_signed_and_no_object_is_no_session",
        "test_session.py::test_a_signed_text_of_another_form_is_no_session",
        "migration/test_readers.py::test_signed_but_no_object_of_json_is_nothing",
    ],
    "21 clocks that differ": [
        "test_session.py::test_how_long_a_session_can_be_read",
        "contract/test_session.py::test_one_from_the_future_is_none",
        "remember/test_rules.py::test_clocks_of_other_servers_that_are_ahead_do_no_harm",
    ],
    "23 a burst with one remember cookie": [
        "processes/test_bursts.py::test_all_of_a_burst_are_let_in_and_get_one_successor",
        "contract/test_attacks.py::test_all_of_a_burst_with_one_remember_cookie_are_let_in",
    ],
    "24 five answers that are lost": [
        "contract/test_attacks.py::test_five_answers_that_are_lost_do_no_harm",
        "remember/test_rules.py::test_five_lost_answers_in_a_row_are_made_up_for",
    ],
    "25 a thief, who comes first or second": [
        "contract/test_login.py::test_two_who_have_it_are_both_out_and_are_told_so_once",
        "contract/test_login.py::test_a_theft_ends_the_session_that_the_thief_has_got",
        "remember/test_rules.py::test_a_theft_is_noticed_in_whatever_order_they_come",
    ],
    "26 a token that was skipped": [
        "contract/test_attacks.py::test_a_token_that_was_skipped_is_a_theft",
        "remember/test_rules.py::test_a_skipped_token_is_a_theft",
    ],
    "27 a browser that was put back to an earlier day": [
        "contract/test_attacks.py::test_a_browser_that_was_put_back_is_out_and_told_so_and_no_other",
        "remember/test_rules.py::test_a_jar_of_an_earlier_day_ends_that_login_and_no_other",
    ],
    "28 a theft that is made up, to end somebody's login": [
        "contract/test_attacks.py::test_what_is_no_remember_cookie_of_ours_never_reaches_the_store",
        "contract/test_attacks.py::test_who_has_the_signing_key_alone_ends_nobodys_login",
        "remember/test_rules.py::test_without_a_true_token_nobody_ends_a_login",
    ],
    "29 the database alone, or the key alone": [
        "remember/test_token.py::test_who_reads_the_database_cannot_make_a_cookie",
        "remember/test_token.py::test_who_has_the_signing_key_cannot_make_a_token",
    ],
    "30 what was to end everywhere": [
        "contract/test_login.py::test_everywhere_is_in_every_browser_at_its_next_request",
        "contract/test_login.py::test_a_user_who_is_shut_out_by_the_site_is_so_at_once",
        "contract/test_login.py::test_who_changes_the_password_stays_in_this_browser_alone",
        "processes/test_logins.py::test_who_is_signed_out_in_one_process_is_out_in_the_other",
    ],
    "31 no password, or another user's": [
        "contract/test_login.py::test_what_needs_a_password_of_just_now_is_refused_to_a_remembered_login",
        "contract/test_login.py::test_who_has_given_no_password_gives_it_and_stays_remembered",
        "contract/test_login.py::test_another_user_gets_nothing_of_the_former_ones_session",
    ],
    "32 to be remembered without having asked": [
        "contract/test_login.py::test_without_the_tick_nothing_lasts_longer_than_the_browser",
        "contract/test_login.py::test_the_tick_and_its_end_are_on_record",
        "contract/test_login.py::test_signing_out_ends_it",
    ],
    "33 to sign in after reject all": [
        "contract/test_login.py::test_after_reject_all_a_login_works_and_the_box_does",
    ],
    "34 a form sent from another site": [
        "test_origin.py::test_a_request_that_changes_something_is_ruled_on_as_the_table_says",
        "contract/test_bad_input.py::test_a_choice_is_taken_only_from_the_site_itself",
        "contract/test_origin.py::test_what_our_pages_take_is_what_the_table_says",
        "contract/test_origin.py::test_what_reaches_the_app_is_what_the_table_says",
        "contract/test_origin.py::test_a_form_without_a_good_token_does_not_reach_the_app",
        "contract/test_origin.py::test_a_token_of_another_visitor_is_none",
        "browser/test_cross_site.py::test_a_form_of_another_origin_is_refused",
        "browser/test_cross_site.py::test_over_plain_http_the_origin_decides",
    ],
    "35 a login that another site sends": [
        "contract/test_origin.py::test_another_site_signs_nobody_in",
        "contract/test_origin.py::test_another_site_signs_nobody_out",
    ],
    "36 a WebSocket that another site opens": [
        "contract/test_asgi.py::test_a_websocket_that_another_site_opens_with_our_cookies_is_closed",
        "contract/test_asgi.py::test_a_websocket_of_the_site_or_without_our_cookies_is_let_through",
        "contract/test_asgi.py::test_where_that_is_checked_a_websocket_is_closed_whatever_cookies_it_brings",
        "browser/test_cross_site.py::test_a_websocket_opens_from_the_site_alone",
    ],
    "37 a form's state that was changed, taken from elsewhere or too old, and steps left out": [
        "contract/test_carry.py::test_a_token_that_was_changed_begins_again",
        "contract/test_carry.py::test_no_step_is_left_out",
        "contract/test_carry.py::test_a_form_that_was_changed_begins_again",
        "contract/test_carry.py::test_after_two_hours_it_begins_again",
        "contract/test_carry.py::test_another_site_with_the_same_key_begins_again",
        "test_carry.py::test_a_token_with_any_one_byte_changed_is_not_readable",
        "test_carry.py::test_another_site_and_another_form_do_not_open_it",
        "test_carry.py::test_no_step_can_be_left_out",
    ],
    "38 a form that is sent twice, or again": [
        "contract/test_carry.py::test_a_double_click_is_one_order",
        "contract/test_carry.py::test_an_old_page_that_is_sent_again_has_no_effect_but_a_page",
        "contract/test_carry.py::test_two_tabs_are_one_order",
        "adapters/test_insert_once.py::test_of_many_at_once_one_does_it_and_all_get_the_same",
        "adapters/test_create_once.py::test_of_many_at_once_one_does_it_and_all_get_the_same",
    ],
    "39 a form's state that gets out": [
        "contract/test_carry.py::test_a_token_in_a_header_is_told_to_the_app",
        "contract/test_carry.py::test_no_cache_keeps_what_a_form_was_sealed_in",
        "contract/test_carry.py::test_pages_with_a_form_tell_other_sites_no_path",
        "contract/test_carry.py::test_nothing_of_a_form_is_in_the_log",
    ],
    "40 a change too late, or on a response that is no page": [
        "contract/test_attacks.py::test_a_login_is_kept_by_any_response_but_one_that_failed",
        "contract/test_attacks.py::test_an_app_that_raises_signs_nobody_in_and_out",
        "contract/test_session.py::test_a_change_after_the_headers_have_left_raises",
        "contract/test_late_writes.py::test_what_is_changed_late_is_kept",
        "contract/test_login.py::test_a_failed_page_signs_out_all_the_same",
    ],
    "41 one edge and the other": [
        "contract/test_attacks.py::test_one_script_sets_the_same_cookies_on_both_edges",
    ],
    "42 secrets in logs": [
        "contract/test_attacks.py::test_no_secret_is_in_the_log_or_in_what_is_shown_of_an_object",
        "contract/test_attacks.py::test_the_log_is_not_flooded_by_what_a_client_sends",
        "test_keys.py::test_no_key_is_shown",
        "remember/test_token.py::test_no_secret_is_shown",
    ],
}
NOT_HERE = {
    22: "the time a refusal takes is a figure of a benchmark, and no test",
}


def test_every_attack_has_its_place() -> None:
    numbers = sorted([*(int(title.split()[0]) for title in ATTACKS), *NOT_HERE])

    assert numbers == list(range(1, 43))


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_tries_it_is_there(attack: str) -> None:
    for name in ATTACKS[attack]:
        path, _, function = name.partition("::")
        assert function in names_in(TESTS / path), name


@cache
def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
