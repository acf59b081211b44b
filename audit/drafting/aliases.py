"""Names under which the canonical columns stand in real exports, the surest first. Compared by letters and digits only."""

import re
import unicodedata
from collections.abc import Mapping

ALIASES: Mapping[str, tuple[str, ...]] = {
    "event_id": (
        "event_id", "audit_id", "search_id", "log_id", "transaction_id", "transaction_no", "txn_no", "txn_id", "entry_id",
        "record_no", "request_id", "query_id", "activity_id", "metadata.uid", "id", "uuid", "guid", "event_no",
        "sequence_no", "seq_no", "row_id", "audit_ref", "audit_reference", "log_no", "txn",
    ),
    "occurred_at": (
        "occurred_at", "search_date", "search_time", "event_time", "timestamp", "date_time", "event_date", "logged_at",
        "access_time", "accessed_at", "access_date", "audit_time", "audit_date", "viewed_at", "viewed_on", "log_time",
        "log_date", "created_at", "created_on", "performed_at", "transaction_date", "transaction_time", "query_time",
        "query_date", "time_dt", "when", "time", "date", "ts",
    ),
    "user_id": (
        "user_id", "staff_id", "officer_id", "employee_id", "collar_no", "collar_number", "badge_no", "badge_number",
        "warrant_no", "pay_no", "actor.user.uid", "searched_by", "requested_by", "accessed_by", "viewed_by",
        "performed_by", "requester", "requestor", "requesting_officer", "officer", "user", "employee", "actor",
        "user_name", "username", "actor.user.name", "user_email", "email", "created_by", "name", "officer_name",
        "staff_no", "shoulder_no", "collar", "who", "pid", "actor.id", "actor.uid", "actor.name", "principal.id", "principal",
    ),
    "operator_id": ("operator_id", "operator", "operator_no", "typed_by", "keyed_by", "entered_by", "input_by"),
    "account": ("account", "account_name", "login", "login_name", "login_id", "logon", "logon_id", "user_account"),
    "workstation": (
        "workstation", "workstation_id", "terminal", "terminal_id", "device_id", "device", "client_host", "host",
        "hostname", "computer", "computer_name", "machine", "machine_name", "ip", "ip_address", "client_ip", "source_ip",
        "src_endpoint.hostname", "src_endpoint.ip",
    ),
    "parent_event_id": ("parent_event_id", "parent_id", "parent", "parent_audit_id", "parent_search_id"),
    "action": (
        "action", "action_type", "activity", "activity_type", "activity_name", "operation", "operation_type",
        "event_type", "event_name", "access_type", "search_type", "transaction_type", "transaction_code", "txn_code",
        "txn_type", "query_type", "function", "verb", "event", "type",
    ),
    "subject_kind": (
        "subject_kind", "subject_type", "record_type", "entity_type", "object_type", "target_type", "item_type",
        "resource.type",
    ),
    "subject_id": (
        "subject_id", "license_plate", "licence_plate", "plate", "plate_number", "registration", "registration_no",
        "reg_no", "registration_number", "vrm", "vrn", "vin", "nominal_id", "nominal_ref", "nominal_no",
        "nominal_number", "person_id", "pnc_id", "subject_key", "record_id", "entity_id", "object_id", "target_id",
        "target", "subject", "custody_no", "custody_number", "phone", "phone_number", "uprn", "reg", "record_ref",
        "record_key", "nominal", "vehicle", "record_viewed", "nominal_urn", "person_urn", "resource.id", "resource.uid",
    ),
    "query_text": (
        "query_text", "search_terms", "search_term", "search_text", "search_string", "search_criteria", "criteria",
        "query_string", "query_info.query_string", "query", "text_prompt", "searched_for", "keywords", "filters",
    ),
    "result_count": (
        "result_count", "results_count", "number_of_results", "no_of_results", "results", "result", "hit_count", "hits",
        "rows_returned", "records_returned", "num_results",
    ),
    "reason_code": ("reason_code", "purpose_code", "reason_type", "offense_type", "offence_type", "reason_category"),
    "reason": (
        "reason", "search_reason", "access_reason", "reason_for_search", "reason_for_access", "reason_text", "purpose",
        "justification", "reason_description", "stated_reason", "why", "remarks", "comment", "comments", "narrative", "notes",
    ),
    "reference": (
        "reference", "case_no", "case_number", "case_id", "case_ref", "case_reference", "case", "incident_no",
        "incident_number", "incident_ref", "incident_id", "incident", "crime_no", "crime_number", "crime_ref",
        "crime_reference", "urn", "cad_no", "cad_number", "cad", "job_no", "job_number", "occurrence_no",
        "occurrence_number", "report_no", "report_number", "ref_no", "ref", "reference_no", "reference_number",
        "operation_name", "investigation_no",
    ),
    "banner_accepted": ("banner_accepted", "banner", "warning_accepted", "terms_accepted", "disclaimer_accepted"),
    "system": (
        "system", "system_name", "source_system", "application", "application_name", "app", "module", "database",
        "data_source", "metadata.product.name", "product",
    ),
    "origin": ("origin", "automated", "is_automated"),
    "starts_at": ("starts_at", "start", "start_date", "start_time", "from", "valid_from", "from_date", "effective_from", "begin"),
    "ends_at": ("ends_at", "end", "end_date", "end_time", "to", "until", "valid_to", "to_date", "effective_to", "finish"),
    "opened_at": ("opened_at", "opened", "open_date", "created_at", "reported_at", "date_reported", "recorded_at"),
    "closed_at": ("closed_at", "closed", "close_date", "closed_date", "finalised_at", "date_closed"),
    "issued_at": ("issued_at", "issued", "issue_date", "date_issued", "date"),
    "expires_at": ("expires_at", "expires", "expiry", "expiry_date"),
    "received_at": ("received_at", "received", "date_received", "date"),
    "linked_at": ("linked_at", "linked", "link_date"),
    "joined_on": ("joined_on", "joined", "start_date", "hire_date", "date_joined"),
    "left_on": ("left_on", "left", "leaver_date", "leaving_date", "end_date", "date_left"),
    "date_of_birth": ("date_of_birth", "dob", "birth_date", "birthdate", "born"),
    "supervisor_id": ("supervisor_id", "supervisor", "line_manager", "manager_id", "manager"),
    "unit": ("unit", "team", "department", "dept", "division", "bcu", "station", "section"),
    "role": ("role", "job_title", "post", "position"),
    "rank": ("rank", "grade"),
    "name": ("name", "full_name", "display_name"),
    "kind": ("kind", "type", "category"),
    "status": ("status", "duty_status"),
    "code": ("code", "reason_code"),
    "meaning": ("meaning", "description"),
}  # fmt: skip


def squashed(label: str) -> str:
    """Return a label's letters and digits in lower case; # stands for "no"."""
    text = unicodedata.normalize("NFKC", label).casefold().replace("#", "no")
    return re.sub(r"[\W_]+", "", text)


_BY_COLUMN = {
    column: {squashed(name): place for place, name in reversed(list(enumerate(names)))}
    for column, names in ALIASES.items()
}
_KNOWN = frozenset(name for names in _BY_COLUMN.values() for name in names) | frozenset(
    [
        "orgname",
        "organisation",
        "organization",
        "filters",
        "timeframe",
        "moderation",
        "station",
        "location",
        "surname",
        "forename",
    ]
)


# "Officer (collar no.)": the name or the remark on it may be known, behind all that go by the whole name.
_REMARK = re.compile(r"([^()\[\]]+)[(\[]([^()\[\]]+)[)\]]")
# Of a nested field the last word may be enough, behind all that go by the whole name: "context.reason" is a reason.
_NESTED = 1_000
_NEEDS_ITS_PARENT = frozenset(
    ["id", "uid", "name", "type", "kind", "code", "date", "time", "email", "value", "to", "from"]
)


def rank_of(column: str, label: str) -> int | None:
    """Return the place of a label among the names of a canonical column (0 = surest), None where it is none of them."""
    if squashed(label) == squashed(column):
        return 0
    places = _BY_COLUMN.get(column, {})
    place = places.get(squashed(label))
    if place is None and (remark := _REMARK.fullmatch(label.strip())):
        parts = [places.get(squashed(part)) for part in remark.groups()]
        known = [part for part in parts if part is not None]
        return _NESTED + min(known) if known else None
    if place is None and "." in label and (last := squashed(label.rsplit(".", 1)[1])) not in _NEEDS_ITS_PARENT:
        place = places.get(last)
        return None if place is None else _NESTED + place
    return place


def is_known_label(label: str) -> bool:
    """Say whether a label is a name that any canonical column, or a usual other column, goes by."""
    return squashed(label) in _KNOWN
