"""What an [[input]] reads lies beneath what audit.toml names, and nowhere else: links are followed, and judged."""

import shutil

import pytest


def set_path(folder, path):
    config = folder / "audit.toml"
    config.write_text(config.read_text().replace('path = "logs/*.csv*"', f'path = "{path}"'))


@pytest.mark.parametrize("path", ["../elsewhere/*.csv", "logs/../../elsewhere/*.csv", "logs/../logs/2024.csv"])
def test_a_path_that_leads_out_with_dots_exits_with_5(in_tiny, tiny, path):
    set_path(tiny, path)

    outcome = in_tiny("run")

    assert outcome.code == 5
    assert f'path "{path}" leads out of its folder with ".."' in outcome.err
    assert not (tiny / "audit.duckdb").exists()


@pytest.mark.parametrize("path", ["logs/*.csv", "logs/**/*.csv", "*/2025.csv"])
def test_a_link_that_leads_out_is_refused_and_the_other_inputs_load(in_tiny, tiny, tmp_path, path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tiny / "logs/2024.csv", elsewhere / "2025.csv")
    (tiny / "logs/2025.csv").symlink_to(elsewhere / "2025.csv")
    set_path(tiny, path)

    outcome = in_tiny("run")

    assert outcome.code == 6
    assert f"{tiny}/logs/2025.csv: is a link that leads out of {tiny}" in outcome.err
    assert "3 files loaded, 1 file not usable" in outcome.out


def test_a_linked_folder_is_followed_no_further_than_a_linked_file(in_tiny, tiny, tmp_path):
    shutil.move(tiny / "logs", tmp_path / "elsewhere")
    (tiny / "exports").mkdir()
    (tiny / "exports/rms").symlink_to(tmp_path / "elsewhere")
    set_path(tiny, "exports/*/*.csv")

    assert in_tiny("run").code == 6


def test_where_exports_are_mounted_elsewhere_the_folder_is_named(in_tiny, tiny, tmp_path):
    shutil.move(tiny / "logs", tmp_path / "mounted")
    set_path(tiny, f"{tmp_path}/mounted/*.csv")

    outcome = in_tiny("run")

    assert outcome.code == 0
    assert "4 files loaded" in outcome.out


def test_a_link_that_audit_toml_names_itself_is_followed(in_tiny, tiny, tmp_path):
    shutil.move(tiny / "logs", tmp_path / "mounted")
    (tiny / "logs").symlink_to(tmp_path / "mounted")

    assert in_tiny("run").code == 0


def test_a_link_within_the_folder_is_as_good_as_a_file(in_tiny, tiny):
    (tiny / "logs/old").mkdir()
    shutil.move(tiny / "logs/2024.csv", tiny / "logs/old/first.csv")
    (tiny / "logs/2024.csv").symlink_to(tiny / "logs/old/first.csv")

    assert in_tiny("run").code == 0
