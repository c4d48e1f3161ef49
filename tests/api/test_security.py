"""What went wrong in products like this one, kind by kind, with the tests that would catch it here.

A test here sees to it that they exist.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CAUGHT: dict[str, tuple[str, ...]] = {
    "a list's address makes the box ask its neighbours, or read its own files": (
        "tests/gateway/policy/fetching/test_fetch.py::test_redirect_to_a_forbidden_place_is_refused",
        "tests/gateway/policy/fetching/test_fetch.py::test_private_target_is_never_connected_to",
        "tests/gateway/policy/fetching/test_fetch.py::test_endless_stream_is_cut_off",
        "tests/gateway/policy/fetching/test_dial.py::test_name_that_rebinds_is_asked_once_and_the_checked_address_is_used",
        "tests/gateway/policy/fetching/test_dial.py::test_loopback_in_disguise_is_seen_through",
        "tests/api/routes/test_backup.py::test_nobody_reads_the_boxs_files_by_a_list_from_afar",
        "tests/api/webhooks/test_sending.py::test_no_address_of_our_own_network_unless_that_is_allowed",
        "tests/api/webhooks/test_sending.py::test_a_redirect_is_not_followed",
        "tests/api/test_attacks_on_rights.py::test_no_file_of_the_box_is_read_for_somebody_afar",
    ),
    "control characters reach a setting, a shell, a header": (
        "tests/api/test_hostile_words.py::test_a_word_is_stored_as_it_is_or_refused_and_breaks_nothing",
        "tests/api/test_hostile_words.py::test_what_was_stored_is_listed_counted_and_given_out_again",
        "tests/gateway/policy/fetching/test_targets.py::test_what_is_no_http_url_is_refused",
        "tests/api/test_attacks_on_room.py::test_what_is_asked_for_forges_no_line_of_the_log",
    ),
    "authentication is passed by: another protocol, another spelling, no password set": (
        "tests/api/test_rights.py::test_without_a_needed_scope_every_operation_is_refused",
        "tests/api/test_rights.py::test_only_what_must_be_is_open_to_all",
        "tests/api/test_serving.py::test_an_upgrade_is_not_taken",
        "tests/api/test_doors.py::test_a_path_that_others_might_read_in_another_way_is_refused",
        "tests/api/test_doors.py::test_a_request_that_says_a_thing_in_two_ways_is_refused",
        "tests/live/test_panel.py::test_odd_requests_get_one_answer_that_gives_nothing_away",
        "tests/api/test_attacks_on_rights.py::test_no_way_through_an_adapter_without_the_scope",
        "tests/api/test_attacks_on_rights.py::test_without_a_password_nobody_is_let_in",
    ),
    "a token does more than its scopes say": (
        "tests/api/test_attacks_on_rights.py::test_a_dry_run_is_no_way_to_read_the_log",
        "tests/api/test_attacks_on_rights.py::test_a_row_of_the_log_is_not_told_by_acting_upon_it",
        "tests/api/test_attacks_on_rights.py::test_an_import_names_no_devices_without_the_scope",
        "tests/api/test_attacks_on_rights.py::test_who_may_set_rules_learns_no_device_by_generations_or_explanations",
        "tests/api/test_attacks_on_rights.py::test_an_answer_kept_for_one_caller_is_not_given_to_another",
        "tests/api/routes/test_backup.py::test_only_an_administrator_may",
        "tests/api/routes/test_log.py::test_wiping_a_device_is_for_admins_and_is_noted",
    ),
    "the panel is reached under somebody else's name (DNS rebinding) or from elsewhere": (
        "tests/api/test_doors.py::test_a_request_for_somebody_else_is_refused",
        "tests/api/test_doors.py::test_only_this_house_may_ask",
    ),
    "another site's page changes something, or reads an answer (CSRF, CORS)": (
        "tests/api/test_doors.py::test_another_sites_page_changes_nothing",
        "tests/api/test_doors.py::test_a_body_that_is_not_called_json_is_not_read_as_such",
        "tests/api/test_doors.py::test_no_answer_opens_itself_to_other_origins",
        "tests/api/routes/test_session.py::test_changes_need_the_token_beside_the_cookie",
        "tests/api/test_attacks_on_rights.py::test_an_adapters_cookie_is_no_use_to_another_sites_form",
    ),
    "a name from the network is acted upon where it is shown": (
        "tests/api/test_hostile_words.py::test_a_table_of_them_has_its_rows_and_columns_and_no_formula",
        "tests/api/test_hostile_words.py::test_a_stream_of_them_has_one_event_for_each",
        "tests/api/routes/test_log.py::test_hostile_names_are_harmless_in_every_form",
        "tests/gateway/journal/export/test_csv.py::test_any_text_is_one_harmless_cell",
        "tests/live/test_hostile_lists.py::test_hostile_names_appear_harmless_in_the_log_and_whole_in_its_json",
    ),
    "SQL in a filter": (
        "tests/api/test_attacks_on_rights.py::test_what_would_be_sql_is_a_word_like_any_other",
        "tests/api/test_hostile_words.py::test_a_word_is_stored_as_it_is_or_refused_and_breaks_nothing",
    ),
    "an archive that leads elsewhere, or is a bomb": (
        "tests/gateway/archives/test_zip.py::test_paths_that_lead_elsewhere_are_refused",
        "tests/gateway/archives/test_zip.py::test_links_and_devices_are_refused",
        "tests/gateway/archives/test_zip.py::test_bombs_are_refused",
        "tests/gateway/archives/test_tar.py::test_paths_that_lead_elsewhere_are_refused",
        "tests/gateway/archives/test_tar.py::test_what_is_no_plain_file_is_refused",
        "tests/gateway/archives/test_tar.py::test_bombs_are_refused",
        "tests/gateway/archives/test_reading.py::test_nothing_is_written",
        "tests/gateway/store/test_foreign.py::test_a_view_in_a_tables_place_is_not_run",
        "tests/api/test_attacks_on_room.py::test_rows_that_would_fill_the_memory_are_counted_before_they_are_made",
        "tests/api/test_attacks_on_room.py::test_settings_that_would_fill_the_memory_are_left_out",
        "tests/api/test_attacks_on_room.py::test_a_file_that_says_the_same_for_ever_is_not_read_for_ever",
    ),
    "updates that are forged, old, or a mixture": (
        "tests/live/test_hostile_bundles.py::test_an_attack_leaves_all_as_it_was",
        "tests/gateway/bundles/test_applying.py::test_no_version_goes_back_though_it_was_removed",
        "tests/gateway/bundles/test_refreshing.py::test_a_frozen_mirror_is_noticed_and_what_it_gave_goes_on_blocking",
        "tests/gateway/bundles/test_minisign.py::test_no_byte_of_a_signature_can_be_changed",
        "tests/gateway/bundles/test_minisign.py::test_no_file_makes_us_work_for_hours",
    ),
    "somebody uses up memory, time or connections": (
        "tests/api/test_serving.py::test_whoever_does_not_come_to_the_point_is_hung_up_on",
        "tests/api/test_serving.py::test_whoever_does_not_read_the_answer_is_hung_up_on",
        "tests/api/test_serving.py::test_all_places_together_have_a_limit_too",
        "tests/api/test_doors.py::test_a_body_has_its_limit_and_a_stranger_a_smaller_one",
        "tests/api/test_doors.py::test_all_bodies_together_have_a_limit_that_is_given_back",
        "tests/api/auth/test_passwords.py::test_a_flood_of_guesses_is_turned_away_instead_of_waiting",
        "tests/live/test_panel.py::test_two_hundred_slow_connections_keep_nobody_out",
        "tests/live/test_hostile_lists.py::test_two_thousand_evil_patterns_cost_a_bounded_time",
        "tests/live/test_attacks.py::test_uploads_that_want_all_the_memory_get_little_and_dns_goes_on",
        "tests/api/test_attacks_on_room.py::test_a_body_of_very_many_values_is_refused",
        "tests/api/test_attacks_on_room.py::test_rules_of_ones_own_have_a_number_too",
        "tests/api/test_attacks_on_room.py::test_fetches_for_callers_are_few_by_whatever_way",
        "tests/api/test_attacks_on_room.py::test_numbers_and_nesting_beyond_all_measure_are_refused",
        "tests/api/test_attacks_on_room.py::test_a_restored_password_cannot_ask_for_all_the_memory",
    ),
    "the second factor, one-time links, logins that outlive their reason": (
        "tests/api/routes/test_account.py::test_enrolling_again_needs_password_and_code_and_the_old_one_counts_meanwhile",
        "tests/api/routes/test_account.py::test_guessing_codes_with_the_right_password_is_slowed_for_all",
        "tests/api/routes/test_account.py::test_a_new_password_ends_the_other_logins",
        "tests/api/routes/test_session.py::test_a_wrong_or_expired_setup_link_is_refused_and_guessing_is_slowed",
        "tests/api/routes/test_session.py::test_the_setup_link_sets_the_first_password_once",
    ),
    "a swap of the rules goes half way": (
        "tests/live/test_killed_while_changing.py::test_no_acknowledged_change_is_lost_and_none_is_half_applied",
        "tests/live/test_hostile_bundles.py::test_a_bundle_killed_at_any_step_leaves_all_as_it_was",
        "tests/live/test_keeping.py::test_a_restore_killed_at_any_moment_leaves_one_state_or_the_other",
    ),
    "a failed update or a full disk loses what was blocked": (
        "tests/live/test_faulty_databases.py::test_a_full_disk_makes_events_wait_and_refuses_changes",
        "tests/gateway/bundles/test_applying.py::test_a_list_that_fails_later_keeps_its_last_good_copy",
    ),
    "secrets stand where they do not belong": (
        "tests/api/routes/test_session.py::test_secrets_are_not_in_the_audit",
        "tests/api/routes/test_tokens.py::test_the_secret_is_shown_once_and_works",
        "tests/gateway/policy/fetching/test_fetch.py::test_no_fault_shows_credentials",
        "tests/api/test_attacks_on_rights.py::test_a_lists_password_is_told_to_nobody",
        "tests/live/test_attacks.py::test_what_lies_in_the_data_folder_is_for_its_owner_alone",
    ),
}


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("kind", CAUGHT)
def test_each_kind_of_mistake_has_its_tests(kind: str) -> None:
    missing = [one for one in CAUGHT[kind] if one.partition("::")[2] not in named_in(one.partition("::")[0])]
    assert not missing
