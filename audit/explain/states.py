"""Say of each access how it is judged: explained, weakly, by nothing, or not at all, and then why not."""

STATES = ("explained", "weak", "unexplained", "unjudged")

# After `use_explained`. The last column says why, where nothing is judged.
SQL_FOR_STATES = """
SELECT
    access.access_id,
    access.source,
    access.occurred_at,
    access.local_date,
    access.system,
    access.action,
    access.user_id,
    access.operator_id,
    access.subject_kind,
    access.subject_id,
    access.reason,
    access.reference,
    access.load_id,
    access.record_no,
    CASE
        WHEN explanation.strength = 'full' THEN 'explained'
        WHEN explanation.strength = 'weak' THEN 'weak'
        WHEN
            horizon.judges AND access.user_id IS NOT NULL AND access.subject_id IS NOT NULL
            AND (horizon.judged_until IS NULL OR access.occurred_at <= horizon.judged_until)
            THEN 'unexplained'
        ELSE 'unjudged'
    END AS state,
    explanation.explanation,
    explanation.reference AS explanation_reference,
    CASE
        WHEN NOT horizon.judges THEN 'no incident is loaded'
        WHEN list_contains(access.masked, 'user_id') THEN 'its user is masked in the log'
        WHEN access.user_id IS NULL THEN 'its user is not given in the log'
        WHEN list_contains(access.masked, 'subject_id') THEN 'its subject is masked in the log'
        WHEN access.subject_id IS NULL THEN 'its subject is not given in the log'
        WHEN access.occurred_at > horizon.judged_until THEN 'it is later than the incidents loaded reach'
    END AS not_judged_for
FROM access
CROSS JOIN horizon
LEFT JOIN explanation ON access.access_id = explanation.access_id
"""
