"""What level, score and the numbers behind a finding mean, in a sentence each: for the page and for `audit show` alike.

A number that says by its name what it counts ("users", "closed at") has no entry; nor has one of a force's own detectors.
"""

from collections.abc import Mapping

LEVEL = (
    "Level: how serious behaviour of this kind is, as its detector has it; lower where the facts are weaker than usual, higher "
    "where they are graver."
)
SCORE = (
    "Score, 0 to 100: how soon to review it. How strong the signal is, how much, how long, how lately, and what lessens it. No "
    "probability and no verdict."
)
ORDER = (
    "The rank goes by the score alone, whatever the level: a medium finding with strong facts comes before a critical one with "
    "few. Read the first ranks, and the grave ones wherever they stand."
)

NUMBERS: Mapping[str, str] = {
    "accesses_since": "all judged accesses of the user since the warning, on its system",
    "actioned_share": "of all such incidents of that kind, the share on which an action was logged: what is usual",
    "actions": "what was done with the record: printed, exported, disclosed, changed",
    "acts": "accesses that print, export, disclose or change",
    "after_closure_contacts": "contacts more than grace_days after the case that bound the two was closed",
    "after_count": "accesses in question after the warning, or unexplained ones after the change of posting",
    "after_per_30d": "such accesses in 30 calendar days, after it",
    "after_per_duty_day": "such accesses for each day on duty, after it",
    "after_share": "the unexplained share of the user's accesses after it",
    "banner_accesses": "judged accesses at which the misuse banner had been accepted",
    "basis": "what kind of accesses was counted",
    "before_count": "accesses in question before the warning, or unexplained ones before the change of posting",
    "before_per_30d": "such accesses in 30 calendar days, before it",
    "before_per_duty_day": "such accesses for each day on duty, before it",
    "before_share": "the unexplained share of the user's accesses before it",
    "change_chance": "the chance of a change as great had the warning changed nothing, among those with an access after it; "
    "0.0: less than 1 in 20,000",
    "compared_with": "what the log holds of the time before",
    "days_to_contact": "whole days from a look-up to the contact that followed it soonest",
    "days_to_first": "whole days to the first access after it",
    "distance": "0: the user; 1: somebody near; 2 and 3: linked to one of those by one and two steps",
    "draws": "people whom the user looked up without explanation; one looked up again counts twice at most",
    "due_at": "by when something should have been done",
    "duty_rate_ratio": "the rate after divided by the rate before, by days on duty",
    "duty_rate_ratio_lower": "the lowest such ratio that so few accesses allow (95 %)",
    "duty_rate_ratio_upper": "the highest such ratio that so few accesses allow (95 %)",
    "earlier_warnings": "warnings that the user had been given before this one",
    "explained_elsewhere": "accesses that another incident explains in full",
    "force_percent": "the same share among all users, in %",
    "force_share": "the same share among all users",
    "hits": "of the draws, those of the kind named",
    "hours_seen": "hours from when it was first seen to when something should have been done",
    "missing": "quoted references that do not exist",
    "most_looks": "so many times at most a person is counted, however often looked up",
    "moved_on": "the local day of the change of posting",
    "named_subject_explained": "of the accesses after the warning, those to the subject it names that something explains",
    "named_subject_explained_before": "of the accesses before the warning, those to the subject it names that something explains",
    "named_subject_unjudged": "of the accesses after the warning, those to the subject it names that cannot be judged",
    "not_holding": "quoted references that exist and do not hold the subject",
    "not_open": "quoted references that were not open then",
    "on_topic": "accesses after the warning that are the same thing again; none where its words name nothing known",
    "other_supervisor": "whether the supervisor changed",
    "outside": "accesses outside the hours of duty",
    "outside_accesses": "accesses outside the user's usual hours",
    "outside_percent": "the share of accesses outside the user's usual hours in this month, in %",
    "outside_share": "the share of accesses outside the user's usual hours in this month",
    "own_median": "what is in the middle of the user's earlier months",
    "own_explained_share": "the share of that kind in the user's own explained work: as high, and it is the desk",
    "p": "how likely chance alone gives as much; for one test",
    "p_corrected": "the same, made larger for the number of tests (Holm's correction): above 0.05 somebody was bound to stand out",
    "peer_draws": "people whom peers (same role and unit) saw in the same months",
    "peer_hits": "of the people whom peers saw, those of the kind named",
    "peer_mad": "how far peers usually are from their median (median absolute deviation)",
    "peer_median": "what the middle one of the peers has",
    "peer_percent": "the share of that kind among the people whom peers saw, in %",
    "peer_share": "the same share among peers",
    "peer_unexplained_share": "the same share in what peers themselves cannot explain",
    "peers": "users whom the user is compared with: same unit, role or both",
    "percent": "the share, in %",
    "rate_ratio": "the rate after divided by the rate before: 1 = no change; none where nothing was before",
    "rate_ratio_lower": "the lowest ratio that so few accesses allow (95 %): not above 1, it did not surely rise",
    "rate_ratio_upper": "the highest ratio that so few accesses allow (95 %): not below 1, it did not surely fall",
    "repeated_subjects": "subjects looked up on more than one day after the warning",
    "same_reason_accesses": "accesses to one subject with the same words as reason",
    "same_subjects": "subjects that stand both before and after the warning",
    "sensitive_accesses": "accesses to what stands on incidents of a kind whose leak endangers people",
    "share": "the part of the accesses, or of the people seen, that the finding is about",
    "share_lower": "the lowest share that so few accesses allow (95 %, Wilson)",
    "share_since": "the unexplained share of the user's accesses since the warning",
    "share_since_lower": "the lowest such share that so few accesses allow (95 %, Wilson)",
    "silent_days": "days of the silence, this one included",
    "surge_days": "days from the first access of the surge to the last",
    "tests": "how many comparisons were made, of all users: so many chances to find something by chance",
    "times": "changes between workstations within the seconds allowed",
    "times_peer_median": "the user's accesses divided by the peers' median",
    "to_the_case": "accesses to the incident itself",
    "usual": "what is usual on that day of the week",
    "usual_outside_percent": "the share outside those hours in the user's earlier months, in %",
    "usual_outside_share": "the share outside those hours in the user's earlier months",
    "within_case": "whether a case bound the two at the time of each contact",
    "within_noise": "whether what followed is no more than everybody has that no data explains: then level and points are lower",
    "z": "how many times the usual scatter lies between the user and the median (robust z); 5 or more is far out",
}
