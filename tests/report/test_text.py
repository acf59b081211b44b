import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from audit.text import shortened, spreadsheet_safe, visible


def test_plain_text_in_any_script_stays_as_it_is():
    assert visible("Siân O'Neill, Łódź, 王, محمد") == "Siân O'Neill, Łódź, 王, محمد"


def test_escape_sequences_and_bidi_overrides_are_written_as_their_codes():
    assert visible("a\x1b[31mb\u202ec\u200bd\ne") == "a<U+001B>[31mb<U+202E>c<U+200B>d<U+000A>e"


@given(st.text())
def test_nothing_that_is_shown_can_hide_or_command(text):
    assert not {unicodedata.category(character) for character in visible(text)} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def test_a_formula_is_text_to_a_spreadsheet():
    for start in ("=", "+", "-", "@", "\t", "\r"):
        assert spreadsheet_safe(f"{start}1+1") == f"'{start}1+1"
    assert spreadsheet_safe("1=1") == "1=1"
    assert spreadsheet_safe("") == ""


def test_a_long_text_says_how_much_was_left_out():
    assert shortened("abcdef", 4) == "abcd… (+2 characters)"
    assert shortened("abcd", 4) == "abcd"
