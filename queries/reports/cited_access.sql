-- id = "cited_access"
-- title = "What is known of each access that a finding cites"
-- description = "The access, its explanation, its file and record, and the facts that the score rests on."
-- reads = ["access", "cited", "explanation", "load_log", "related_subject", "subject", "warning"]
--
-- `marked`: the subject carries a marker. `distance`: how near the subject is to the user (NULL = no relation known).
-- `after_warning`: a warning to the user was in force. In no order: what is made of it is sorted, and it has hundreds of
-- thousands of rows.
WITH near AS (
    SELECT
        user_id,
        subject_id,
        min(distance) AS distance
    FROM related_subject
    GROUP BY user_id, subject_id
),

warned AS (
    SELECT DISTINCT access.access_id
    FROM cited
    INNER JOIN access ON cited.access_id = access.access_id
    INNER JOIN warning
        ON
            access.user_id = warning.user_id
            AND access.occurred_at >= warning.issued_at
            AND (warning.expires_at IS NULL OR access.occurred_at < warning.expires_at)
)

SELECT
    access.access_id,
    access.occurred_at,
    access.local_date,
    access.system,
    access.action,
    access.user_id,
    access.subject_kind,
    access.subject_id,
    access.reason,
    access.reference,
    access.events,
    explanation.explanation,
    explanation.strength,
    coalesce(subject.markers, '') <> '' AS marked,
    near.distance,
    warned.access_id IS NOT NULL AS after_warning,
    access.source,
    load_log.path,
    load_log.sha256,
    access.record_no
FROM cited
INNER JOIN access ON cited.access_id = access.access_id
LEFT JOIN explanation ON access.access_id = explanation.access_id
LEFT JOIN subject ON access.subject_id = subject.subject_id
LEFT JOIN near ON access.user_id = near.user_id AND access.subject_id = near.subject_id
LEFT JOIN warned ON access.access_id = warned.access_id
LEFT JOIN load_log ON access.load_id = load_log.load_id
