"""The common work in polars: lazy frames scanned from the CSV files, typed, and collected by the streaming engine."""

import os
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl
from positions import authorised_users
from work import ANSWERS, TABLES, TIMEZONE, files_of, given_folders, is_time, work_name

DAY = timedelta(days=1)
NONE = timedelta(0)
LEAD, GRACE = DAY, 14 * DAY
occurred = pl.col("occurred")
PAIR = ["user_id", "subject_id"]


def scan(force: Path, table: str) -> pl.LazyFrame:
    """Scan the columns that the work needs, all as text, times made of it."""
    frame = pl.scan_csv(files_of(force, table), infer_schema=False).select(TABLES[table])
    times = [
        pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="ms", strict=True)
        for name in TABLES[table]
        if is_time(name)
    ]
    return frame.with_columns(times).rename(work_name)


def kept(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Collect what several steps read."""
    return frame.collect(engine="streaming").lazy()


def within(starts: str, ends: str, lead: timedelta = NONE, grace: timedelta = NONE) -> pl.Expr:
    """Say of each row whether `occurred` lies in its time, with its margins."""
    late_enough = pl.col(starts).is_null() | (occurred >= pl.col(starts) - lead)
    return late_enough & (pl.col(ends).is_null() | (occurred < pl.col(ends) + grace))


def fits(name: str, other: str) -> pl.Expr:
    """Say whether a condition that may be absent is met."""
    return pl.col(other).is_null() | (pl.col(name) == pl.col(other)).fill_null(False)


def name_users(event: pl.LazyFrame, account: pl.LazyFrame) -> pl.LazyFrame:
    """Fill in the user of an event that names only an account, where exactly one user held it then."""
    own = pl.col("system_right").is_not_null()
    users = (
        event.filter(pl.col("user_id").is_null())
        .select("event_id", "account", "system", "occurred")
        .join(account, on="account")
        .filter(fits("system", "system_right"), within("starts", "ends"))
        .filter(own == own.max().over("event_id"))
        .group_by("event_id")
        .agg(pl.col("user_id").unique())
        .filter(pl.col("user_id").list.len() == 1)
        .select("event_id", holder=pl.col("user_id").list.first())
    )
    return (
        event.join(users, on="event_id", how="left")
        .with_columns(pl.coalesce("user_id", "holder").alias("user_id"))
        .drop("holder", "account")
    )


def edges_of(event: pl.LazyFrame, link: pl.LazyFrame) -> pl.LazyFrame:
    """Return pairs of row numbers (of `event`, sorted by user, time and id) that belong to one act."""
    columns = ["workstation", "subject_id"]
    lagged = [pl.col(name).shift(1).over("user_id").alias(f"{name}_earlier") for name in [*columns, "row"]]
    near = kept(
        event.filter(pl.col("user_id").is_not_null())
        .with_columns(*lagged, gap=occurred - occurred.shift(1).over("user_id"))
        .filter(pl.col("gap") <= timedelta(seconds=5))
        .drop("gap")
    )
    same_place = (pl.col("workstation") == pl.col("workstation_earlier")).fill_null(True)
    found = [near.filter(same_place)]
    away = near.filter(~same_place).select(event.collect_schema().names())
    earlier = event.select(
        pl.col("user_id"),
        pl.col("row").alias("row_earlier"),
        *(pl.col(name).alias(f"{name}_earlier") for name in columns),
        earlier=occurred,
    )
    step = 2
    while away.select(pl.len()).collect().item():
        back = kept(
            away.with_columns((pl.col("row") - step).alias("row_earlier"))
            .join(earlier, on=["row_earlier", "user_id"])
            .filter(pl.col("earlier") >= occurred - timedelta(seconds=5))
            .drop("earlier")
        )
        found.append(back.filter(same_place).select(near.collect_schema().names()))
        away = back.filter(~same_place).select(event.collect_schema().names())
        step += 1
    before = kept(pl.concat(found))
    subject, other = pl.col("subject_id"), pl.col("subject_id_earlier")
    alike = before.filter((subject == other).fill_null(True))
    linked = before.filter(subject != other).join(
        link, left_on=["subject_id", "subject_id_earlier"], right_on=["subject_id", "linked_id"]
    )
    born = (
        event.filter(pl.col("parent_event_id").is_not_null())
        .select("parent_event_id", "user_id", "row")
        .join(
            event.select("event_id", "user_id", row_earlier="row"),
            left_on=["parent_event_id", "user_id"],
            right_on=["event_id", "user_id"],
        )
        .filter(pl.col("row") != pl.col("row_earlier"))
    )
    pairs = [alike, linked.filter(within("starts", "ends")), born]
    return pl.concat([frame.select("row", "row_earlier") for frame in pairs])


def acts_of(edges: pl.LazyFrame) -> pl.LazyFrame:
    """Return for each row of an edge the smallest row of its component."""
    turned = edges.select(row="row_earlier", row_earlier="row")
    itself = pl.concat([edges.select("row"), turned.select("row")]).unique()
    pairs = kept(pl.concat([edges, turned, itself.select("row", row_earlier="row")]))
    act = kept(itself.with_columns(act="row"))
    before, total = None, -1
    while total != before:
        nearest = kept(pairs.join(act, left_on="row_earlier", right_on="row").group_by("row").agg(pl.col("act").min()))
        leap = nearest.select(act="row", leap="act")
        act = kept(nearest.join(leap, on="act").select("row", act=pl.min_horizontal("act", "leap")))
        before, total = total, act.select(pl.col("act").sum()).collect().item()
    return act


def collapse(event: pl.LazyFrame, link: pl.LazyFrame) -> pl.LazyFrame:
    """Collapse the events of one act into one access."""
    event = kept(
        event.sort("user_id", "occurred", "event_id").with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    )
    act = acts_of(edges_of(event, link))
    names = ["event_id", "user_id", "system", "occurred", "local_date"]
    columns = [*names, "action", "subject_kind", "subject_id", "reference"]
    alone = event.join(act, on="row", how="anti").select(columns)
    gravity = pl.col("action").replace_strict(
        {"delete": 1, "amend": 2, "create": 3, "disclose": 4, "export": 5, "print": 6}, default=7, return_dtype=pl.Int8
    )
    known = pl.col("subject_id").is_not_null()
    joined = (
        event.join(act, on="row")
        .sort("row")
        .group_by("act")
        .agg(
            *(pl.col(name).first() for name in names),
            pl.col("action").get(gravity.arg_min()),
            pl.col("subject_kind").filter(known).first(),
            pl.col("subject_id").drop_nulls().first(),
            pl.col("reference").drop_nulls().first(),
        )
        .select(columns)
    )
    return kept(pl.concat([alone, joined]))


def explained(target: pl.LazyFrame, context: dict[str, pl.LazyFrame]) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return the accesses of `target` that something explains in full, and those that something explains weakly."""
    held = kept(target.join(context["assignment"], on=PAIR).filter(within("starts", "ends", LEAD, GRACE)))
    quoted = kept(
        target.join(context["incident"], on="reference")
        .filter(within("opened", "closed", LEAD, GRACE))
        .join(context["holds"], on=["reference", "subject_id"], how="semi")
    )
    in_unit = quoted.join(context["posting"], on=["user_id", "unit"]).filter(within("starts", "ends"))
    allowed = target.join(context["authorised"], on="user_id", suffix="_needed").filter(
        within("starts", "ends"), *(fits(name, f"{name}_needed") for name in ("system", "action", "subject_kind"))
    )
    full = [
        held.filter(~pl.col("covers")),
        quoted.join(context["assigned"], on=["reference", "user_id"], how="semi"),
        in_unit,
        allowed,
    ]
    weak = [held.filter(pl.col("covers") & ~pl.col("linked")), quoted]
    return tuple(kept(pl.concat([frame.select("event_id") for frame in frames]).unique()) for frames in (full, weak))


def assignments(access: pl.LazyFrame, incident: pl.LazyFrame, holds: pl.LazyFrame, staff: pl.LazyFrame) -> pl.LazyFrame:
    """Return who is assigned to what subject when, and whether the incident may have been opened to cover a look-up."""
    assigned = (
        staff.join(incident.drop("unit"), on="reference")
        .join(holds, on="reference")
        .with_columns(starts=pl.coalesce("starts", "opened"), ends=pl.coalesce("ends", "closed"))
    )
    alone = staff.group_by("reference").agg(pl.col("user_id").n_unique()).filter(pl.col("user_id") == 1)
    covering = (
        assigned.join(alone, on="reference", how="semi")
        .join(access.select(*PAIR, "occurred"), on=PAIR)
        .filter(occurred >= pl.col("opened") - 30 * DAY, occurred < pl.col("opened") - DAY)
        .select(*PAIR, "reference", covers=True)
        .unique()
    )
    return kept(
        assigned.join(covering, on=[*PAIR, "reference"], how="left")
        .select(*PAIR, "starts", "ends", pl.col("covers").fill_null(False))
        .unique()
    )


def find_unexplained(access: pl.LazyFrame, tables: dict[str, pl.LazyFrame], link: pl.LazyFrame) -> pl.LazyFrame:
    """Return the accesses that none of the nine explanations takes."""
    incident, staff, posting = tables["incident"], tables["incident_staff"], tables["posting"].drop("role")
    holds = kept(pl.concat([tables["incident_subject"], incident.select("reference", subject_id="reference")]).unique())
    context = {
        "holds": holds,
        "incident": incident,
        "posting": posting,
        "assigned": staff.select("reference", "user_id").unique(),
        "assignment": assignments(access, incident, holds, staff),
        "authorised": authorised(tables),
    }
    until = incident.select(pl.col("opened").max()).collect().item() + timedelta(hours=36)
    judged = access.filter(occurred <= until, *(pl.col(name).is_not_null() for name in PAIR)).with_columns(linked=False)
    full, weak = explained(judged, context)
    left = kept(judged.join(full, on="event_id", how="anti"))
    target = kept(
        left.join(link, on="subject_id")
        .filter(within("starts", "ends"))
        .drop("subject_id", "subject_kind", "starts", "ends")
        .rename({"linked_id": "subject_id"})
        .join(tables["subject"], on="subject_id", how="left")
        .with_columns(linked=True)
    )
    linked_full, linked_weak = explained(target, context)
    not_fully = kept(left.join(linked_full, on="event_id", how="anti"))
    columns = ["event_id", *PAIR, "occurred"]
    on_unit = (
        pl.concat([not_fully.select(columns), target.join(not_fully, on="event_id", how="semi").select(columns)])
        .join(posting, on="user_id")
        .filter(within("starts", "ends"))
        .join(holds.join(incident, on="reference"), on=["subject_id", "unit"])
        .filter(within("opened", "closed", LEAD, GRACE))
        .select("event_id")
    )
    not_weak = kept(not_fully.join(pl.concat([weak, linked_weak, on_unit]).unique(), on="event_id", how="anti"))
    soon = (
        not_weak.join(judged.join(not_fully, on="event_id", how="anti").select(*PAIR, earlier=occurred), on=PAIR)
        .filter(pl.col("earlier") < occurred, pl.col("earlier") >= occurred - DAY)
        .select("event_id")
    )
    return kept(not_weak.join(soon, on="event_id", how="anti"))


def authorised(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Return who is covered by an authority, for what and when."""
    plain = {name: tables[name].collect().to_dicts() for name in ("authority", "posting", "staff")}
    texts = dict.fromkeys(("user_id", "system", "action", "subject_kind"), pl.String)
    times = dict.fromkeys(("starts", "ends"), pl.Datetime("ms"))
    return pl.LazyFrame(authorised_users(plain), schema={**texts, **times}, orient="row")


def find_repeated(unexplained: pl.LazyFrame) -> pl.LazyFrame:
    """Return the accesses of each pair of user and subject with three or more on two days or more."""
    often = unexplained.group_by(PAIR).agg(pl.len().alias("accesses"), pl.col("local_date").n_unique().alias("days"))
    return unexplained.join(often.filter(pl.col("accesses") >= 3, pl.col("days") >= 2), on=PAIR, how="semi")


def find_after_warning(
    access: pl.LazyFrame, unexplained: pl.LazyFrame, warning: pl.LazyFrame, link: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the accesses in the scope of each warning that has any after it."""
    columns = ["event_id", "user_id", "subject_id", "system", "occurred"]
    result = ["warning_id", "user_id", "event_id", "occurred", "issued", "expires"]
    open_access = unexplained.select(columns)
    named = warning.filter(pl.col("subject_id").is_not_null())
    linked = named.join(link, on="subject_id").drop("subject_id").rename({"linked_id": "subject_id"})
    scope = pl.concat([named, linked], how="diagonal")
    broad = warning.filter(pl.col("subject_id").is_null()).drop("subject_id").join(open_access, on="user_id")
    narrow = scope.join(open_access, on=PAIR).filter(within("starts", "ends"))
    very = named.join(access.select(columns), on=PAIR).filter(occurred >= pl.col("issued"))
    in_system = fits("system_right", "system")
    return (
        pl.concat(
            [broad.filter(in_system).select(result), narrow.filter(in_system).select(result), very.select(result)]
        )
        .unique()
        .filter(pl.col("expires").is_null() | (occurred < pl.col("expires")))
        .with_columns(after_warning=occurred >= pl.col("issued"))
        .filter(pl.col("after_warning").any().over("warning_id"))
    )


def main() -> None:
    """Load, collapse, explain, find, write."""
    force, answers = given_folders()
    event = scan(force, "event").filter((pl.col("origin") != "machine").fill_null(True)).drop("origin")
    event = event.with_columns(local_date=occurred.dt.replace_time_zone("UTC").dt.convert_time_zone(TIMEZONE).dt.date())
    tables = {name: kept(scan(force, name)) for name in TABLES if name != "event"}
    links = tables["subject_link"].filter(pl.col("relation").is_in(["keeper", "occupant", "phone_user", "alias"]))
    turned = links.select(subject_id="linked_id", linked_id="subject_id", starts="starts", ends="ends")
    link = kept(pl.concat([links.drop("relation"), turned]).unique())
    access = collapse(name_users(kept(event), tables["account"]), link)
    unexplained = find_unexplained(access, tables, link)
    found = {
        "unexplained": unexplained,
        "repeated": find_repeated(unexplained),
        "after_warning": find_after_warning(access, unexplained, tables["warning"], link),
    }
    for name, frame in found.items():
        frame.select(ANSWERS[name]).collect(engine="streaming").write_parquet(answers / f"{name}.parquet")


main()
