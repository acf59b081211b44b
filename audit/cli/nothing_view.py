"""What is said where no finding meets what was asked for: "none" of a misspelt id, or of a report of nothing, clears nobody."""

from collections import Counter
from dataclasses import replace

from audit.cli.session import Session
from audit.errors import InputOutputError, LockedError, UsageError
from audit.report.manifest import Manifest
from audit.report.read import Run, Wanted, count_findings, read_manifest
from audit.text import counted


def say_none(run: Run, wanted: Wanted, session: Session) -> None:
    """Say why no finding of the report meets what was asked for, as far as it is known.

    Raises:
        UsageError: the user or the subject stands nowhere in what is loaded.

    """
    manifest = read_manifest(run)
    for sentence in _why_none(run, wanted, manifest, session):
        session.messages.note(sentence)


def _why_none(run: Run, wanted: Wanted, manifest: Manifest, session: Session) -> list[str]:
    if count_findings(run, Wanted(suppressed=True)) == 0:
        return [*_about(wanted, session), f"The report {run.run_id} holds no finding at all.", *_skipped(manifest)]
    set_aside = _set_aside(run, wanted)
    if set_aside or not (wanted.user_id or wanted.subject_id):
        return ["No finding meets that.", *set_aside]
    others = count_findings(run, Wanted(user_id=wanted.user_id, subject_id=wanted.subject_id))
    if others:
        about = " and ".join(filter(None, (wanted.user_id, wanted.subject_id)))
        are = "is" if others == 1 else "are"
        return [f"No finding meets that; of {about} there {are} {counted(others, 'other')}."]
    return _about(wanted, session)


def _about(wanted: Wanted, session: Session) -> list[str]:
    """Say that somebody is known and nothing is found of them; that must not be said of an id that nothing knows."""
    if not (wanted.user_id or wanted.subject_id):
        return []
    who = [f"user {wanted.user_id}"] * bool(wanted.user_id) + [f"subject {wanted.subject_id}"] * bool(wanted.subject_id)
    about = " and ".join(who)
    # Opens the database, which finding something needs not.
    from audit.known import why_unknown_in

    try:
        unknown = why_unknown_in(session.workspace(), wanted.user_id, wanted.subject_id)
    except LockedError:
        return [f"No finding names {about}; whether the id is known at all cannot be told while a batch runs."]
    except InputOutputError:
        return [f"No finding names {about}; whether the id is known at all cannot be told without the database."]
    if unknown:
        raise UsageError(unknown)
    words = " ".join(
        f"--{option} {value}" for option, value in (("user", wanted.user_id), ("subject", wanted.subject_id)) if value
    )
    known = "Both are known." if len(who) > 1 else "The id is known."
    return [f"No finding names {about}. {known} What there is to see: audit timeline {words}"]


def _set_aside(run: Run, wanted: Wanted) -> list[str]:
    excluded = 0 if wanted.suppressed else count_findings(run, replace(wanted, suppressed=True))
    return [f"{counted(excluded, 'finding')} that a review excludes would meet it: --suppressed"] if excluded else []


def _skipped(manifest: Manifest) -> list[str]:
    """Say which detectors could not run and why: skipped is not "no findings"."""
    reasons = Counter(skip.reason for skip in manifest.skipped)
    ran = sum(query.kind == "detector" for query in manifest.queries) - len(manifest.skipped)
    unjudged = [] if manifest.horizon.judges else ["No incident is loaded, so no access is called unexplained."]
    told = [f"{counted(number, 'detector')} skipped: {reason}" for reason, number in reasons.most_common()]
    return [*unjudged, *told, *([f"{counted(ran, 'detector')} ran and found nothing."] if ran else [])]
