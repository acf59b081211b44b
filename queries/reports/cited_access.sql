-- id = "cited_access"
-- title = "What is known of each access that a finding cites"
-- description = "The access, its explanation, its load and record, and the facts that the score rests on."
-- reads = ["access", "cited", "explanation", "reason_count", "related_subject", "subject", "warning"]
--
-- `marked`: the subject carries a marker. `distance`: how near the subject is to the user (NULL = no relation known).
-- `after_warning`: a warning to the user was in force. `reason_blank`: a reason could have been given, and was not: neither text nor code,
-- on a system on which anybody ever gives one, and no mask hides it. In no order: what is made of it is sorted, and it has hundreds of
-- thousands of rows. An access has one explanation at most: grouped by itself, it is looked up before the access is, whose many
-- columns would else be carried through that.
WITH cited_explanation AS (
    SELECT
        cited.access_id,
        max(explanation.explanation) AS explanation,
        max(explanation.strength) AS strength
    FROM cited
    LEFT JOIN explanation ON cited.access_id = explanation.access_id
    GROUP BY cited.access_id
),

marked AS (
    SELECT subject_id
    FROM subject
    WHERE coalesce(markers, '') <> ''
),

near AS (
    SELECT
        user_id,
        subject_id,
        min(distance) AS distance
    FROM related_subject
    GROUP BY user_id, subject_id
),

asking AS (
    SELECT DISTINCT system
    FROM reason_count
    WHERE longer OR reason IS NOT NULL OR code_stands IS NOT NULL
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
    cited_explanation.explanation,
    cited_explanation.strength,
    marked.subject_id IS NOT NULL AS marked,
    near.distance,
    warned.access_id IS NOT NULL AS after_warning,
    asking.system IS NOT NULL
    AND access.reason_code IS NULL
    AND trim(coalesce(access.reason, '')) = ''
    AND NOT coalesce(list_contains(access.masked, 'reason'), FALSE) AS reason_blank,
    access.source,
    access.load_id,
    access.record_no
FROM cited_explanation
INNER JOIN access ON cited_explanation.access_id = access.access_id
LEFT JOIN marked ON access.subject_id = marked.subject_id
LEFT JOIN near ON access.user_id = near.user_id AND access.subject_id = near.subject_id
LEFT JOIN warned ON access.access_id = warned.access_id
LEFT JOIN asking ON access.system = asking.system
