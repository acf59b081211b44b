"""The common work in pandas, as a good analyst writes it: pyarrow CSV, Arrow strings, merges, no loop over rows."""

from pathlib import Path

import numpy as np
import pandas as pd
from positions import authorised_users
from work import ANSWERS, TABLES, TIMEZONE, files_of, given_folders, is_time, work_name

DAY = pd.Timedelta(days=1)
LEAD, GRACE = DAY, 14 * DAY


def read(force: Path, table: str) -> pd.DataFrame:
    """Read the columns that the work needs: strings in Arrow, times in UTC without a zone."""
    columns = TABLES[table]
    texts = {name: "string[pyarrow]" for name in columns if not is_time(name)}
    frames = [
        pd.read_csv(
            path, engine="pyarrow", usecols=columns, dtype={**texts, **{n: "str" for n in columns if is_time(n)}}
        )
        for path in files_of(force, table)
    ]
    frame = pd.concat(frames, ignore_index=True)
    for name in filter(is_time, columns):
        frame[name] = (
            pd.to_datetime(frame[name], format="%Y-%m-%dT%H:%M:%SZ", utc=True)
            .dt.tz_localize(None)
            .astype("datetime64[s]")
        )
    return frame.rename(columns=work_name)


def within(frame: pd.DataFrame, starts: str, ends: str, lead: pd.Timedelta, grace: pd.Timedelta) -> pd.Series:
    """Say of each row whether `occurred` lies in its time, with its margins."""
    late_enough = frame[starts].isna() | (frame["occurred"] >= frame[starts] - lead)
    return late_enough & (frame[ends].isna() | (frame["occurred"] < frame[ends] + grace))


def without(frame: pd.DataFrame, taken: pd.Series) -> pd.DataFrame:
    """Return the accesses that are not among those taken."""
    return frame[~frame["event_id"].isin(taken)]


def name_users(event: pd.DataFrame, account: pd.DataFrame) -> pd.DataFrame:
    """Fill in the user of an event that names only an account, where exactly one user held it then."""
    nameless = event.loc[
        event["user_id"].isna() & event["account"].notna(), ["event_id", "account", "system", "occurred"]
    ]
    held = nameless.merge(account, on="account", suffixes=("", "_of_account"))
    held = held[held["system_of_account"].isna() | (held["system"] == held["system_of_account"])]
    zero = pd.Timedelta(0)
    held = held[within(held, "starts", "ends", zero, zero)]
    held["own_system"] = held["system_of_account"].notna()
    held = held[held["own_system"] == held.groupby("event_id")["own_system"].transform("max")]
    users = held.groupby("event_id")["user_id"].agg(["min", "nunique"])
    users = users.loc[users["nunique"] == 1, "min"]
    event["user_id"] = event["user_id"].fillna(event["event_id"].map(users).astype(event["user_id"].dtype))
    return event.drop(columns="account")


def edges_of(event: pd.DataFrame, link: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of row numbers (of `event`, sorted by user, time and id) that belong to one act."""
    user = event["user_id"].astype("category").cat.codes.to_numpy()
    at = event["occurred"].to_numpy().astype("int64")
    place = event["workstation"].astype("category").cat.codes.to_numpy()
    rows = np.arange(len(event))
    found: list[tuple[np.ndarray, np.ndarray]] = []
    step = 1
    while len(rows):
        rows = rows[rows >= step]
        back = rows - step
        near = (user[rows] >= 0) & (user[rows] == user[back]) & (at[back] >= at[rows] - 5)
        rows, back = rows[near], back[near]
        same = (place[rows] == place[back]) | (place[back] < 0) | (place[rows] < 0)
        found.append((rows[same], back[same]))
        rows = rows[~same]
        step += 1
    later, earlier = (np.concatenate(side) for side in zip(*found, strict=True))
    subject = event["subject_id"].astype("category").cat.codes.to_numpy()
    alike = (subject[later] == subject[earlier]) | (subject[later] < 0) | (subject[earlier] < 0)
    pair = pd.DataFrame({"later": later[~alike], "earlier": earlier[~alike]})
    pair["subject_id"] = event["subject_id"].array[pair["later"]]
    pair["linked_id"] = event["subject_id"].array[pair["earlier"]]
    pair["occurred"] = event["occurred"].array[pair["later"]]
    linked = pair.merge(link, on=["subject_id", "linked_id"])
    linked = linked[within(linked, "starts", "ends", pd.Timedelta(0), pd.Timedelta(0))]
    children = event.loc[event["parent_event_id"].notna() & event["user_id"].notna(), ["parent_event_id", "user_id"]]
    children = children.assign(later=children.index)
    parents = event[["event_id", "user_id"]].assign(earlier=event.index)
    born = children.merge(parents, left_on=["parent_event_id", "user_id"], right_on=["event_id", "user_id"])
    born = born[born["later"] != born["earlier"]]
    return (
        np.concatenate([later[alike], linked["later"].to_numpy(), born["later"].to_numpy()]),
        np.concatenate([earlier[alike], linked["earlier"].to_numpy(), born["earlier"].to_numpy()]),
    )


def acts_of(size: int, later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Return for each row the first row of its act: the smallest of its component."""
    act = np.arange(size)
    while True:
        low = np.minimum(act[later], act[earlier])
        after = act.copy()
        np.minimum.at(after, later, low)
        np.minimum.at(after, earlier, low)
        after = after[after]
        if np.array_equal(after, act):
            return act
        act = after


def collapse(event: pd.DataFrame, link: pd.DataFrame) -> pd.DataFrame:
    """Collapse the events of one act into one access."""
    event = event.sort_values(["user_id", "occurred", "event_id"], ignore_index=True)
    event["act"] = acts_of(len(event), *edges_of(event, link))
    size = event.groupby("act")["act"].transform("size")
    alone, several = event[size == 1], event[size > 1].copy()
    gravity = {"delete": 1, "amend": 2, "create": 3, "disclose": 4, "export": 5, "print": 6}
    several["gravity"] = several["action"].map(gravity).fillna(7)
    several["subject_kind"] = several["subject_kind"].where(several["subject_id"].notna()).fillna("")
    # All members of an act are of one user, and so lie in the order of time; `first` passes over what is missing.
    names = ["event_id", "user_id", "system", "occurred", "local_date"]
    joined = several.drop_duplicates("act")[["act", *names]].set_index("act")
    joined["reference"] = several.groupby("act")["reference"].first()
    named = several[several["subject_id"].notna()].drop_duplicates("act").set_index("act")
    joined["subject_id"], joined["subject_kind"] = named["subject_id"], named["subject_kind"].replace("", pd.NA)
    joined["action"] = several.sort_values("gravity", kind="stable").drop_duplicates("act").set_index("act")["action"]
    columns = [*names, "reference", "subject_id", "subject_kind", "action"]
    return pd.concat([alone[columns], joined[columns]], ignore_index=True)


def explained(target: pd.DataFrame, context: dict[str, pd.DataFrame]) -> tuple[pd.Series, pd.Series]:
    """Return the accesses of `target` that something explains in full, and those that something explains weakly."""
    holds, incident, posting = context["holds"], context["incident"], context["posting"]
    held = target.merge(context["assignment"], on=["user_id", "subject_id"])
    held = held[within(held, "starts", "ends", LEAD, GRACE)]
    quoted = (
        target.dropna(subset="reference").merge(incident, on="reference").merge(holds, on=["reference", "subject_id"])
    )
    quoted = quoted[within(quoted, "opened", "closed", LEAD, GRACE)]
    assigned = quoted.merge(context["assigned"], on=["reference", "user_id"])["event_id"]
    in_unit = quoted.merge(posting, on=["user_id", "unit"])
    in_unit = in_unit[within(in_unit, "starts", "ends", pd.Timedelta(0), pd.Timedelta(0))]["event_id"]
    allowed = target.merge(context["authorised"], on="user_id", suffixes=("", "_of_authority"))
    for name in ("system", "action", "subject_kind"):
        needed = allowed[f"{name}_of_authority"]
        allowed = allowed[needed.isna() | (allowed[name] == needed).fillna(False)]
    allowed = allowed[within(allowed, "starts", "ends", pd.Timedelta(0), pd.Timedelta(0))]
    full = pd.concat([held.loc[~held["covers"], "event_id"], assigned, in_unit, allowed["event_id"]])
    weak = pd.concat([held.loc[held["covers"] & ~held["linked"], "event_id"], quoted["event_id"]])
    return full.drop_duplicates(), weak.drop_duplicates()


def on_units_incident(target: pd.DataFrame, context: dict[str, pd.DataFrame]) -> pd.Series:
    """Return the accesses whose target is on an incident that the user's unit then owns."""
    mine = target.merge(context["posting"], on="user_id")
    mine = mine[within(mine, "starts", "ends", pd.Timedelta(0), pd.Timedelta(0))]
    units = context["holds"].merge(context["incident"], on="reference")
    mine = mine[["event_id", "subject_id", "occurred", "unit"]].merge(units, on=["subject_id", "unit"])
    return mine[within(mine, "opened", "closed", LEAD, GRACE)]["event_id"].drop_duplicates()


def assignments(access: pd.DataFrame, incident: pd.DataFrame, holds: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Return who is assigned to what subject when, and whether the incident may have been opened to cover a look-up."""
    assigned = staff.merge(incident.drop(columns="unit"), on="reference").merge(holds, on="reference")
    assigned["starts"] = assigned["starts"].fillna(assigned["opened"])
    assigned["ends"] = assigned["ends"].fillna(assigned["closed"])
    users = staff.groupby("reference")["user_id"].nunique()
    alone = assigned[assigned["reference"].isin(users.index[users == 1])]
    keys = ["user_id", "subject_id", "reference"]
    before = alone[[*keys, "opened"]].merge(access[["user_id", "subject_id", "occurred"]], on=["user_id", "subject_id"])
    before = before[(before["occurred"] >= before["opened"] - 30 * DAY) & (before["occurred"] < before["opened"] - DAY)]
    covering = before[keys].drop_duplicates().assign(covers=True)
    assigned = assigned.merge(covering, on=keys, how="left")
    assigned["covers"] = assigned["covers"].notna()
    return assigned[["user_id", "subject_id", "starts", "ends", "covers"]].drop_duplicates()


def find_unexplained(access: pd.DataFrame, tables: dict[str, pd.DataFrame], link: pd.DataFrame) -> pd.DataFrame:
    """Return the accesses that none of the nine explanations takes."""
    incident, staff = tables["incident"], tables["incident_staff"]
    itself = incident[["reference"]].assign(subject_id=incident["reference"])
    holds = pd.concat([tables["incident_subject"], itself], ignore_index=True).drop_duplicates()
    context = {
        "holds": holds,
        "incident": incident,
        "posting": tables["posting"].drop(columns="role"),
        "assigned": staff[["reference", "user_id"]].drop_duplicates(),
        "assignment": assignments(access, incident, holds, staff),
        "authorised": authorised(tables),
    }
    judged = access.dropna(subset=["user_id", "subject_id"])
    judged = judged[judged["occurred"] <= incident["opened"].max() + pd.Timedelta(hours=36)].assign(linked=False)
    full, weak = explained(judged, context)
    left = without(judged, full)
    target = left.merge(link, on="subject_id")
    target = target[within(target, "starts", "ends", pd.Timedelta(0), pd.Timedelta(0))]
    target = target.drop(columns=["subject_id", "subject_kind", "starts", "ends"]).rename(
        columns={"linked_id": "subject_id"}
    )
    target = target.merge(tables["subject"], on="subject_id", how="left").assign(linked=True)
    linked_full, linked_weak = explained(target, context)
    not_fully = without(left, linked_full)
    own = not_fully[["event_id", "user_id", "subject_id", "occurred"]]
    linked = target.loc[target["event_id"].isin(own["event_id"]), own.columns]
    unit = on_units_incident(pd.concat([own, linked]), context)
    not_weak = without(not_fully, pd.concat([weak, linked_weak, unit]))
    earlier = without(judged, not_fully["event_id"])[["user_id", "subject_id", "occurred"]]
    soon = not_weak.merge(earlier, on=["user_id", "subject_id"], suffixes=("", "_before"))
    soon = soon[(soon["occurred_before"] < soon["occurred"]) & (soon["occurred_before"] >= soon["occurred"] - DAY)]
    return without(not_weak, soon["event_id"])


def authorised(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return who is covered by an authority, for what and when."""
    names = ("authority", "posting", "staff")
    plain = {name: tables[name].astype(object).where(tables[name].notna(), None).to_dict("records") for name in names}
    frame = pd.DataFrame(
        authorised_users(plain), columns=["user_id", "system", "action", "subject_kind", "starts", "ends"]
    )
    for name in ("starts", "ends"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return frame.astype(dict.fromkeys(("user_id", "system", "action", "subject_kind"), "string[pyarrow]"))


def find_repeated(unexplained: pd.DataFrame) -> pd.DataFrame:
    """Return the accesses of each pair of user and subject with three or more on two days or more."""
    pairs = unexplained.groupby(["user_id", "subject_id"])
    often = (pairs["event_id"].transform("size") >= 3) & (pairs["local_date"].transform("nunique") >= 2)
    return unexplained[often]


def find_after_warning(
    access: pd.DataFrame, unexplained: pd.DataFrame, warning: pd.DataFrame, link: pd.DataFrame
) -> pd.DataFrame:
    """Return the accesses in the scope of each warning that has any after it."""
    columns = ["event_id", "user_id", "subject_id", "system", "occurred"]
    broad = (
        warning[warning["subject_id"].isna()]
        .drop(columns="subject_id")
        .merge(unexplained[columns], on="user_id", suffixes=("", "_of_access"))
    )
    named = warning.dropna(subset="subject_id")
    scope = pd.concat(
        [
            named.assign(starts=pd.NaT, ends=pd.NaT),
            named.merge(link, on="subject_id").drop(columns="subject_id").rename(columns={"linked_id": "subject_id"}),
        ]
    ).astype({"starts": "datetime64[s]", "ends": "datetime64[s]"})
    narrow = scope.merge(unexplained[columns], on=["user_id", "subject_id"], suffixes=("", "_of_access"))
    narrow = narrow[within(narrow, "starts", "ends", pd.Timedelta(0), pd.Timedelta(0))]
    inside = pd.concat([broad, narrow])
    inside = inside[inside["system"].isna() | (inside["system"] == inside["system_of_access"])]
    very = named.merge(access[columns], on=["user_id", "subject_id"], suffixes=("", "_of_access"))
    warned = pd.concat([inside, very[very["occurred"] >= very["issued"]]])
    warned = warned[warned["expires"].isna() | (warned["occurred"] < warned["expires"])]
    warned["after_warning"] = warned["occurred"] >= warned["issued"]
    warned = warned.drop_duplicates(["warning_id", "event_id"])
    return warned[warned.groupby("warning_id")["after_warning"].transform("any")]


def main() -> None:
    """Load, collapse, explain, find, write."""
    force, answers = given_folders()
    tables = {name: read(force, name) for name in TABLES}
    event = tables.pop("event")
    event = event[(event["origin"] != "machine").fillna(True)].drop(columns="origin")
    local = event["occurred"].dt.tz_localize("UTC").dt.tz_convert(TIMEZONE)
    event["local_date"] = local.dt.tz_localize(None).dt.normalize()
    links = tables["subject_link"]
    links = links[links["relation"].isin(["keeper", "occupant", "phone_user", "alias"])].drop(columns="relation")
    turned = links.rename(columns={"subject_id": "linked_id", "linked_id": "subject_id"})
    link = pd.concat([links, turned], ignore_index=True).drop_duplicates()
    access = collapse(name_users(event, tables["account"]), link)
    del event, local
    unexplained = find_unexplained(access, tables, link)
    found = {
        "unexplained": unexplained,
        "repeated": find_repeated(unexplained),
        "after_warning": find_after_warning(access, unexplained, tables["warning"], link),
    }
    for name, frame in found.items():
        frame[list(ANSWERS[name])].to_parquet(answers / f"{name}.parquet", index=False)


main()
