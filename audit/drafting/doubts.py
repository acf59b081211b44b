"""What a person must know or decide about a column that was chosen, by what stands in it. Says no cell but for words."""

from audit.drafting.choose import Choice
from audit.drafting.profile import Profile
from audit.drafting.toml_text import shown, toml_string
from audit.text import counted

EXPORTERS_NOTHING = ("NULL", "\\N", "(null)")


def doubts_of(choice: Choice) -> list[str]:
    """Return the doubts, the gravest first."""
    column, profile = choice.column, choice.profile
    made = []
    if column.name == "event_id" and not profile.unique:
        made.append(
            f"{profile.filled - profile.distinct:,} of {profile.filled:,} values are repeats and "
            f"{profile.records - profile.filled:,} are missing: is it an id of the event? "
            "A record that repeats one is a duplicate, or goes to quarantine"
        )
    elif not choice.sure:
        made.append("found by its content alone")
    if choice.others:
        made.append(f"could also be {', '.join(map(shown, choice.others))}")
    made += [f"not {shown(name)}, though named so: {why}" for name, why in choice.refused]
    return made + _of_cells(profile, column.type == "text") + _of_kind(column.name, profile)


def _of_cells(profile: Profile, is_text: bool) -> list[str]:
    made = []
    if profile.partly:
        made.append(
            f"{counted(profile.partly, 'cell is', 'cells are')} masked in part: a list of masks cannot name those"
        )
    nothing = [(word, count) for word, count in profile.nothing.most_common(4) if word not in EXPORTERS_NOTHING]
    if nothing:
        words = ", ".join(f"{shown(word)} ({count:,})" for word, count in nothing)
        made.append(f"may these stand for nothing? {words}. They are text unless [read] null_values lists them")
    if profile.two_lines and not is_text:
        one = _expression(profile, "split_part({}, chr(10), 1)")
        made.append(f"{counted(profile.two_lines, 'cell holds', 'cells hold')} two lines{one}")
    return made


def _of_kind(column: str, profile: Profile) -> list[str]:
    made = []
    if column == "user_id" and "name" in profile.name.lower():
        made.append(
            "a name may be an account: then write account in place of user_id, and the account table says whose it was"
        )
    if column == "reason" and profile.packed:
        made.append("several parts seem to be packed into a cell: an expression can take them apart")
    if column == "reason" and (cases := round(profile.share("CASE") * profile.filled)):
        made.append(
            f"{counted(cases, 'reason is', 'reasons are')} nothing but what looks like a case number: "
            "is it missing in the reference?"
        )
    if (
        column == "reason"
        and profile.counted("+") > 0.2 * profile.filled
        and profile.counted(" ") < 0.1 * profile.filled
    ):
        made.append("a plus seems to stand for a space" + _expression(profile, "replace({}, '+', ' ')"))
    if column == "subject_id":
        if wild := profile.counted("*") + profile.counted("?"):
            made.append(
                f"{counted(wild, 'cell holds', 'cells hold')} a wildcard (* or ?), and no one subject is named so"
            )
        if profile.is_plate and any(text != text.upper() or " " in text for text in profile.values):
            made.append("plates are written in several ways" + _expression(profile, "upper(replace({}, ' ', ''))"))
    return made


def _expression(profile: Profile, pattern: str) -> str:
    """Return ": { expression = … }" as it would stand in the file; nothing where the name itself holds quotes."""
    if '"' in profile.name:
        return ""
    sql = pattern.format(f'"{profile.name}"')
    return f": {{ expression = {toml_string(sql)} }}"
