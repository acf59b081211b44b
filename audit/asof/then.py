"""What a run went by besides the data: its queries, their parameters, and the reviews that counted. Writes nothing."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from audit.asof.reasons import Reasons
from audit.catalogue import Catalogue, Query, UsedText, read_used
from audit.errors import QueryError
from audit.ledger import Chain
from audit.report.manifest import Manifest, QueryUsed
from audit.reviews import Dispositions, Review, local_day, read_reviews
from audit.versions import Texts
from audit.workspace import Workspace


def queries_of(manifest: Manifest, texts: Texts, current: Catalogue, folder: Path, reasons: Reasons) -> Catalogue:
    """Return the queries that the run used, with its parameters, from the texts that are kept; else those that stand now.

    `folder`: an empty one, which takes their files. `current`: the queries and parameters of the workspace now.

    Raises:
        QueryError: a query is neither kept nor there, or this program would not run it.

    """
    now = {query.id: query for query in current.queries}
    found = [_find(used, texts, now, reasons) for used in manifest.queries]
    lacking = [used.id for used, text in zip(manifest.queries, found, strict=True) if text is None]
    if lacking:
        raise QueryError(
            f"{', '.join(lacking)}: that run used it, its text is not kept, and there is no such query any more; put its "
            "file back into the folder of your queries"
        )
    return read_used([text for text in found if text is not None], folder)


def _find(used: QueryUsed, texts: Texts, now: Mapping[str, Query], reasons: Reasons) -> UsedText | None:
    kept, current = texts.query(used.sha256), now.get(used.id)
    if current is not None and current.sha256 != used.sha256:
        if kept is None:
            reasons.add(
                "query",
                f"query {used.id}: was changed since, its text of then is not kept, and the one that stands now ran",
            )
        else:
            reasons.add("note", f"query {used.id}: was changed since; the text of then ran")
    elif current is not None and dict(current.parameters) != dict(used.parameters):
        reasons.add("note", f"query {used.id}: has other parameters now; those of then were used")
    parameters = dict(used.parameters)
    if kept is None and current is not None:
        kept = current.path.read_bytes()
        parameters = {name: parameters.get(name, value) for name, value in current.parameters.items()}
    return None if kept is None else UsedText(used.id, used.kind, kept, parameters)


def dispositions_of(workspace: Workspace, manifest: Manifest, chain: Chain, reasons: Reasons) -> Dispositions:
    """Return the reviews that counted for the run, as its manifest names them and the ledger holds them."""
    by_entry = {review.entry: review for reviews in read_reviews(chain).values() for review in reviews}
    found: list[Review] = []
    for told in manifest.dispositions:
        review = by_entry.get(told.entry)
        if review is None:
            reasons.add("data", f"review {told.review} of finding {told.finding_id}: is not on the ledger any more")
        else:
            found.append(review)
    return Dispositions(tuple(found), local_day(workspace, _aware(manifest.started_at)))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.astimezone()
