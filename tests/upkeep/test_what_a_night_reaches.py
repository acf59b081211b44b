"""Each thing that a night may change reaches the accesses that it must: two nights, worked out one by one.

The second night must change what is kept, and give what everything made at once gives.
"""

import pytest
from one_night import (
    KNOWN,
    NEAR_MIDNIGHT,
    SOMETHING_ELSE,
    Night,
    check,
    event,
    events,
    happen,
    holds,
    incident,
    later,
    link,
    posting,
    staffed,
)

SAME_ACT: dict[str, tuple[Night, Night]] = {
    "an event follows within the chain": (events(event("1")), events(event("2", later(seconds=4)))),
    "a late event comes between two of one act": (
        events(event("1"), event("3", later(seconds=4))),
        events(event("2", later(seconds=2), subject_id="P9")),
    ),
    "an event follows after midnight": (
        events(event("1", NEAR_MIDNIGHT)),
        events(event("2", later(seconds=4, since=NEAR_MIDNIGHT))),
    ),
    "an event comes before midnight": (
        events(event("2", later(seconds=4, since=NEAR_MIDNIGHT))),
        events(event("1", NEAR_MIDNIGHT)),
    ),
    "a parent comes days late": (events(event("2", parent_event_id="1")), events(event("1", later(-3)))),
    "a child comes days late": (events(event("1", later(-3))), events(event("2", parent_event_id="1"))),
    "a child comes whose parent shares an act across midnight": (
        events(event("1", NEAR_MIDNIGHT), event("2", later(seconds=4, since=NEAR_MIDNIGHT))),
        events(event("3", later(5), parent_event_id="2")),
    ),
    "a link joins two accesses": (
        events(event("1"), event("2", later(seconds=3), subject_id="V1")),
        {"subject_link": [link()]},
    ),
    "a link that joined two ends": (
        {**events(event("1"), event("2", later(seconds=3), subject_id="V1")), "subject_link": [link()]},
        {"subject_link": [link(ends_at=later(-1))]},
    ),
    "an account gets a user": (
        events(event("1", user_id=None, account="a"), event("2", later(seconds=3))),
        {"account": [{"account": "a", "user_id": "U1"}]},
    ),
    "an account changes hands": (
        {
            **events(event("1", user_id=None, account="a"), event("2", later(seconds=3))),
            "account": [{"account": "a", "user_id": "U1"}],
        },
        {"account": [{"account": "a", "user_id": "U2"}]},
    ),
    "another source uses the same id": (
        events(event("1"), event("2", later(seconds=3))),
        events(event("1", later(9), source="other", user_id="U2")),
    ),
    "a machine of another source uses the same id": (
        events(event("1")),
        events(event("1", later(9), source="other", origin="machine")),
    ),
}
EXPLAINED: dict[str, tuple[Night, Night]] = {
    "the subject is put on an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": []},
        {"incident_subject": [holds()]},
    ),
    "the user is assigned": ({**events(event("1")), **KNOWN, "incident_staff": []}, {"incident_staff": [staffed()]}),
    "an assignment is withdrawn": ({**events(event("1")), **KNOWN}, {"incident_staff": []}),
    "an incident is closed long before": (
        {**events(event("1")), **KNOWN},
        {"incident": [incident(opened_at=later(-90), closed_at=later(-60)), SOMETHING_ELSE]},
    ),
    "a linked subject is put on an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": [], "subject_link": [link()]},
        {"incident_subject": [holds("V1")]},
    ),
    "a link leads to an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")]},
        {"subject_link": [link()]},
    ),
    "a link the other way round leads to an incident": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")]},
        {"subject_link": [link(subject_id="V1", linked_id="P1")]},
    ),
    "a link that led to an incident goes": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")], "subject_link": [link()]},
        {"subject_link": []},
    ),
    "a colleague joins an incident on which the user was alone": (
        {**events(event("0", later(-20)), event("1")), **KNOWN},
        {"incident_staff": [staffed(), staffed("U2")]},
    ),
    "a look-up before the incident comes late": (
        {**events(event("1")), **KNOWN},
        events(event("0", later(-20))),
    ),
    "a look-up of the linked subject before the incident comes late": (
        {**events(event("1")), **KNOWN, "incident_subject": [holds("V1")], "subject_link": [link()]},
        events(event("0", later(-20), subject_id="V1")),
    ),
    "an explained access comes shortly before": (
        {
            **events(event("2", reference=None)),
            **KNOWN,
            "incident_staff": [{**staffed(), "starts_at": later(-9), "ends_at": later(-15, seconds=-60)}],
        },
        events(event("1", later(seconds=-3600))),
    ),
    "a posting is corrected": (
        {
            **events(event("1")),
            "incident": [incident(unit="CID")],
            "incident_subject": [holds()],
            "posting": [posting()],
        },
        {"posting": [posting(unit="CID")]},
    ),
    "an authority for a role comes": (
        {**events(event("1")), "incident": [SOMETHING_ELSE], "staff": [{"user_id": "U1", "role": "desk"}]},
        {"authority": [{"authority_id": "AU", "role": "desk"}]},
    ),
    "an authority is withdrawn": (
        {**events(event("1")), "incident": [SOMETHING_ELSE], "authority": [{"authority_id": "AU", "user_id": "U1"}]},
        {"authority": []},
    ),
    "a record of staff is corrected": (
        {
            **events(event("1")),
            "incident": [SOMETHING_ELSE],
            "authority": [{"authority_id": "AU", "role": "desk"}],
            "staff": [{"user_id": "U1", "role": "response"}],
        },
        {"staff": [{"user_id": "U1", "role": "desk"}]},
    ),
    "a linked subject turns out to be a vehicle": (
        {
            **events(event("1")),
            "incident": [SOMETHING_ELSE],
            "subject_link": [link()],
            "subject": [{"subject_id": "V1", "subject_kind": "address"}],
            "authority": [{"authority_id": "AU", "user_id": "U1", "subject_kind": "vehicle"}],
        },
        {"subject": [{"subject_id": "V1", "subject_kind": "vehicle"}]},
    ),
    "the first incident comes": (events(event("1")), {"incident": [incident()]}),
    "the last incident goes": ({**events(event("1")), **KNOWN}, {"incident": []}),
    "the incidents reach further": (
        {**events(event("1", later(30))), "incident": [SOMETHING_ELSE]},
        {"incident": [SOMETHING_ELSE, incident("INC-9", opened_at=later(29))]},
    ),
}


# What explains the access stays the same, and what is told of it by a kept view does not.
TOLD: dict[str, tuple[Night, Night]] = {
    "the sex of somebody looked up is corrected": (
        {**events(event("1")), **KNOWN, "subject": [{"subject_id": "P1", "subject_kind": "person", "sex": "M"}]},
        {"subject": [{"subject_id": "P1", "subject_kind": "person", "sex": "F"}]},
    ),
    "the marker of somebody looked up goes": (
        {**events(event("1")), **KNOWN, "subject": [{"subject_id": "P1", "markers": "vulnerable"}]},
        {"subject": [{"subject_id": "P1"}]},
    ),
    "an incident turns out to be of another kind": (
        {**events(event("1", user_id="U2")), **KNOWN, "incident": [incident(kind="theft"), SOMETHING_ELSE]},
        {"incident": [incident(kind="robbery"), SOMETHING_ELSE]},
    ),
    "a subject without an explanation is put on another incident": (
        {
            **events(event("1", user_id="U2")),
            **KNOWN,
            "incident": [incident(kind="theft"), incident("INC-2", kind="arson")],
        },
        {"incident_subject": [holds(), holds(reference="INC-2")]},
    ),
    "an incident that was quoted in vain is entered": (
        {**events(event("1", reference="INC-7")), **KNOWN},
        {"incident": [incident(), SOMETHING_ELSE, incident("INC-7")]},
    ),
    "an incident that was quoted holds a subject linked to that looked up": (
        {
            **events(event("1", reference="INC-1", subject_id="V1")),
            **KNOWN,
            "incident_subject": [],
            "subject_link": [link()],
        },
        {"incident_subject": [holds()]},
    ),
    "a link that made a quoted incident fit goes": (
        {**events(event("1", user_id="U2", reference="INC-1", subject_id="V1")), **KNOWN, "subject_link": [link()]},
        {"subject_link": []},
    ),
    "an incident that was quoted had been closed": (
        {**events(event("1", user_id="U2", reference="INC-1")), **KNOWN},
        {"incident": [incident(closed_at=later(-1)), SOMETHING_ELSE]},
    ),
    "a right of the post becomes the user's own": (
        {
            **events(event("1")),
            "incident": [incident(kind="theft")],
            "incident_subject": [holds()],
            "staff": [{"user_id": "U1", "role": "desk"}],
            "authority": [{"authority_id": "AU", "role": "desk"}],
        },
        {"authority": [{"authority_id": "AU", "user_id": "U1"}]},
    ),
    "another month begins": (
        {**events(event("1", later(-20))), **KNOWN},
        events(event("2")),
    ),
}


@pytest.mark.parametrize("name", [*SAME_ACT, *EXPLAINED, *TOLD])
def test_a_second_night_changes_what_it_must_and_nothing_else(name: str) -> None:
    first, second = (SAME_ACT | EXPLAINED | TOLD)[name]

    check(lambda warehouse: happen(warehouse, first), lambda warehouse: happen(warehouse, second))
