"""The catalogue: what each kind must yield, what fits together, and whose file stands."""

from pathlib import Path
from typing import Any

import pytest
from tiny_queries import Folder

from audit.catalogue import cases_path, read_cases, read_catalogue
from audit.errors import InputOutputError, QueryError
from audit.shipped import shipped_folder


def test_a_folder_may_be_empty(folder: Any) -> None:
    assert folder.read().queries == ()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, folder: Any) -> None:
    with pytest.raises(QueryError, match="is no folder"):
        folder.read(Folder(tmp_path / "nowhere"))


def test_a_query_outside_the_known_folders_is_told(folder: Any) -> None:
    folder.write("views", "seen").rename(folder.path / "seen.sql")

    assert "must lie in one of the folders" in folder.faults()


def test_views_come_after_what_they_read(folder: Any) -> None:
    folder.write("views", "a_last", sql="SELECT access_id FROM m_middle", reads='["m_middle"]')
    folder.write("views", "m_middle", sql="SELECT access_id FROM z_first", reads='["z_first"]')
    folder.write("views", "z_first")
    folder.write("views", "b_alone")

    catalogue = folder.read()

    order = [view.id for view in catalogue.views]
    assert order.index("z_first") < order.index("m_middle") < order.index("a_last")
    assert [view.id for view in catalogue.views_for(["m_middle", "access"])] == ["z_first", "m_middle"]


def test_views_that_go_round_in_a_circle_are_told(folder: Any) -> None:
    folder.write("views", "one", sql="SELECT access_id FROM two", reads='["two"]')
    folder.write("views", "two", sql="SELECT access_id FROM one", reads='["one"]')
    folder.write("views", "itself", sql="SELECT access_id FROM itself", reads='["itself"]')

    assert folder.faults().count("reads itself") == 3


def test_a_view_may_not_take_the_name_of_a_table(folder: Any) -> None:
    folder.write("views", "staff")

    assert "is the name of a table already" in folder.faults()


def test_a_view_with_parameters_is_a_table(folder: Any) -> None:
    sql = "SELECT access_id FROM access WHERE local_hour > $from_hour"
    folder.write("views", "night", sql=sql, **{"parameters.from_hour": "22"})
    assert "materialise = true" in folder.faults()

    folder.write("views", "night", sql=sql, **{"parameters.from_hour": "22", "materialise": "true"})
    assert folder.faults() == ""


def test_reading_what_nobody_makes_is_told(folder: Any) -> None:
    folder.write("reports", "r", sql="SELECT user_id FROM staf", reads='["staf"]')

    assert 'reads "staf"' in folder.faults()
    assert 'did you mean "staff"' in folder.faults()


def test_only_reports_read_the_load_log(folder: Any) -> None:
    folder.write("reports", "r", sql="SELECT sha256 FROM load_log", reads='["load_log"]')
    assert folder.faults() == ""

    folder.write("views", "v", sql="SELECT sha256 FROM load_log", reads='["load_log"]')
    assert 'reads "load_log"' in folder.faults()


def test_steps_stand_in_file_order_and_read_themselves_and_those_before_them(folder: Any) -> None:
    folder.write("accesses", "20-acts", id='"acts"', sql="SELECT x FROM person, acts", reads='["acts", "person"]')
    folder.write("accesses", "10-person", id='"person"')
    assert [step.id for step in folder.read().accesses] == ["person", "acts"]

    folder.write("accesses", "05-early", id='"early"', sql="SELECT x FROM acts", reads='["acts"]')
    assert 'reads "acts"' in folder.faults()


def test_explanations_stand_in_their_order_and_share_no_place(folder: Any) -> None:
    folder.write("explanations", "a-second", order="2")
    folder.write("explanations", "b-first", order="1")
    assert [explanation.id for explanation in folder.read().explanations] == ["b-first", "a-second"]

    folder.write("explanations", "b-first", order="2")
    assert "order 2 is that of" in folder.faults()


def test_an_explanation_yields_access_and_reference(folder: Any) -> None:
    folder.write("explanations", "on-duty", sql="SELECT access_id FROM access")

    assert 'lacks "reference"' in folder.faults()


def test_a_view_whose_rows_are_kept_yields_what_they_are_kept_by(folder: Any) -> None:
    folder.write("views", "seen", sql="SELECT user_id FROM access", partition='["user_id", "month"]')
    assert 'lacks "month"; queries/README.md says what a view whose rows are kept yields' in folder.faults()

    folder.write("views", "seen", sql="SELECT access.* FROM access", partition='["user_id"]')
    assert folder.faults() == ""


def test_a_detector_yields_its_key_and_what_every_detector_does(folder: Any) -> None:
    sql = "SELECT access.user_id, access.access_id FROM access ORDER BY access.access_id"
    folder.write("detectors", "own-record", sql=sql, key='["user_id", "system"]')

    assert 'lacks "counts", "subject_id", "system"' in folder.faults()


def test_a_name_in_the_summary_that_the_sql_does_not_return_is_refused(folder: Any) -> None:
    folder.write("detectors", "own-record", summary='"{user_id} looked {event_count} times at {subject}"')

    assert 'summary has {subject}, which the SQL does not return; did you mean "subject_id"' in folder.faults()


@pytest.mark.parametrize("relation", ["cited", "load_log", "open_access"])
def test_a_detector_may_not_read_what_is_not_there_when_it_runs(folder: Any, relation: str) -> None:
    sql = f"SELECT user_id, subject_id, access_id, TRUE AS counts FROM {relation} ORDER BY access_id"
    folder.write("detectors", "own-record", sql=sql, reads=f'["{relation}"]')

    assert f'reads "{relation}", which is no' in folder.faults()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM access ORDER BY access_id",
        "SELECT access.* FROM access ORDER BY access_id",
        "SELECT access_id FROM access UNION ALL SELECT * FROM access ORDER BY access_id",
    ],
)
def test_the_final_select_names_its_columns(folder: Any, sql: str) -> None:
    folder.write("reports", "r", sql=sql)

    assert "the final SELECT must name its columns" in folder.faults()


def test_a_view_may_pass_on_the_columns_of_a_relation_that_it_names(folder: Any) -> None:
    folder.write("views", "seen", sql="SELECT access.*, TRUE AS seen FROM access")
    assert folder.faults() == ""

    folder.write("views", "seen", sql="SELECT *, TRUE AS seen FROM access")
    assert "the final SELECT must name its columns" in folder.faults()


def test_a_star_inside_is_no_fault(folder: Any) -> None:
    folder.write("reports", "r", sql="WITH a AS (SELECT * FROM access) SELECT access_id FROM a")

    assert folder.faults() == ""


def test_a_detector_ends_with_order_by(folder: Any) -> None:
    sql = "SELECT access.user_id, access.subject_id, access.access_id, TRUE AS counts FROM access"
    folder.write("detectors", "own-record", sql=sql)

    assert "ends with ORDER BY" in folder.faults()


FIRES = '[[case]]\nname = "a"\nexpect = """\nuser_id\nU1"""\n'
SILENT = '[[case]]\nname = "b"\nexpect = ""\n'


@pytest.mark.parametrize("kind", ["detectors", "explanations"])
@pytest.mark.parametrize(
    ("cases", "told"),
    [
        (None, "is missing"),
        ("", "no case fires"),
        (SILENT, "no case fires"),
        (FIRES, "no case stays silent"),
        (FIRES.replace("\nU1", ""), "no case fires"),
        ("[[case", "is not TOML"),
        (FIRES + FIRES, 'two cases are named "a"'),
    ],
)
def test_cases_that_fire_and_stay_silent_are_beside_it(folder: Any, kind: str, cases: str | None, told: str) -> None:
    folder.write(kind, "a-query", cases=cases)

    assert told in folder.faults()


SHARED = '''
[shared.night]
access = """
access_id | user_id
A1        | U1
A2        | U2"""
[shared.morning]
staff = """
user_id
U1"""
[[case]]
name = "what is shared fires"
shared = ["night", "morning"]
expect = """
user_id
U1"""
[case.tables]
access = """
access_id | subject_id
A3        | P1"""
[[case]]
name = "without it all is silent"
expect = ""
'''


def test_a_case_has_what_it_shares_with_others_before_its_own_rows(folder: Any) -> None:
    path = folder.write("detectors", "a-query", cases=SHARED)

    fires, silent = read_cases(cases_path(path))

    assert fires.tables["access"].columns == ("access_id", "user_id", "subject_id")
    assert fires.tables["access"].rows == (("A1", "U1", None), ("A2", "U2", None), ("A3", None, "P1"))
    assert fires.tables["staff"].rows == (("U1",),)
    assert silent.tables == {}
    assert folder.read().detector("a-query")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('["night", "morning"]', '["nigth", "morning"]', 'case 1: there is no [shared.nigth]; did you mean "night"?'),
        ('["night", "morning"]', '["night"]', "[shared.morning]: no case takes it"),
        ('["night", "morning"]', '["night", "morning", "night"]', 'case 1: "shared" names "night" twice'),
        ('["night", "morning"]', '"night"', 'case 1: "shared" must be a list of names'),
        ("A1        | U1", "A1", '[shared.night]: table "access": row 1 has 1 cells under 2 columns'),
        (
            'staff = """\nuser_id\nU1"""',
            "staff = 7",
            '[shared.morning]: table "staff" must be drawn: a header and rows',
        ),
        ('[shared.morning]\nstaff = """\nuser_id\nU1"""', "", "there is no [shared.morning]"),
    ],
)
def test_what_is_wrong_with_what_cases_share_is_told(folder: Any, right: str, wrong: str, told: str) -> None:
    folder.write("detectors", "a-query", cases=SHARED.replace(right, wrong))

    assert told in folder.faults()


def test_an_own_file_takes_the_place_of_the_shipped_one_cases_and_all(folder: Any, own: Any) -> None:
    folder.write("detectors", "own-record", title='"Shipped"')
    folder.write("detectors", "other")
    path = own.write("detectors", "own-record", title='"Own"')

    catalogue = folder.read(own)

    assert [(detector.id, detector.title) for detector in catalogue.detectors] == [
        ("other", "A title"),
        ("own-record", "Own"),
    ]
    assert catalogue.detector("own-record").path == path

    path.with_name("own-record.cases.toml").unlink()
    with pytest.raises(QueryError, match=r"own-record.cases.toml: is missing"):
        folder.read(own)


def test_a_shipped_file_that_is_replaced_is_not_read(folder: Any, own: Any) -> None:
    folder.write("detectors", "own-record", sql="nonsense")
    own.write("detectors", "own-record")

    assert folder.read(own).detector("own-record").title == "A title"


def test_an_id_belongs_to_one_kind(folder: Any, own: Any) -> None:
    folder.write("views", "seen")
    own.write("reports", "seen")
    with pytest.raises(QueryError, match="of another kind"):
        folder.read(own)

    folder.write("reports", "seen")
    assert "has the same id" in folder.faults()


def test_asking_for_an_unknown_query_tells_the_nearest(folder: Any) -> None:
    folder.write("detectors", "own-record")

    with pytest.raises(QueryError, match='did you mean "own-record"'):
        folder.read().detector("own-recrod")


def test_shipped_folders_are_found_in_a_checkout_and_in_a_wheel(tmp_path: Path) -> None:
    checkout, wheel = tmp_path / "checkout", tmp_path / "site-packages"
    (checkout / "queries").mkdir(parents=True)
    (wheel / "audit" / "_shipped" / "queries").mkdir(parents=True)
    (wheel / "queries").mkdir()

    assert shipped_folder("queries", checkout / "audit") == checkout / "queries"
    assert shipped_folder("queries", wheel / "audit") == wheel / "audit" / "_shipped" / "queries"
    with pytest.raises(InputOutputError, match="install access-audit again"):
        shipped_folder("nothing", wheel / "audit")


def test_the_shipped_folder_is_read_unless_another_is_given() -> None:
    assert shipped_folder("queries").is_dir()
    assert read_catalogue.__defaults__ == ((), None, False)
