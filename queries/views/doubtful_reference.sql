-- id = "doubtful_reference"
-- title = "Quoted references that do not fit at first sight"
-- description = "Judged accesses that quote an incident which does not exist, does not hold the subject or one linked to it, or was not open at the moment."
-- reads = ["incident", "incident_holds", "judgeable_access", "link"]
-- partition = ["user_id", "subject_id"]
-- local = true
--
-- `missing` and `not_holding` are final. Of an incident that exists and holds, all accesses before it was opened or after it was closed are here: how much
-- margin there is, whoever reads this decides.
WITH quoted AS (
    SELECT
        judgeable_access.access_id,
        judgeable_access.user_id,
        judgeable_access.subject_id,
        judgeable_access.occurred_at,
        judgeable_access.reference,
        incident.opened_at,
        incident.closed_at,
        incident.reference IS NULL AS missing,
        incident_holds.reference IS NOT NULL AS holds,
        coalesce(judgeable_access.occurred_at < incident.opened_at, FALSE)
        OR coalesce(judgeable_access.occurred_at >= incident.closed_at, FALSE) AS outside
    FROM judgeable_access
    LEFT JOIN incident ON judgeable_access.reference = incident.reference
    LEFT JOIN incident_holds
        ON
            judgeable_access.reference = incident_holds.reference
            AND judgeable_access.subject_id = incident_holds.subject_id
    WHERE judgeable_access.reference IS NOT NULL
),

doubtful AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        occurred_at,
        reference,
        opened_at,
        closed_at,
        missing,
        holds,
        outside
    FROM quoted
    WHERE missing OR outside OR NOT holds
),

-- Links are asked only for the few that the incident does not hold itself.
held AS (
    SELECT DISTINCT doubtful.access_id
    FROM doubtful
    INNER JOIN link
        ON
            doubtful.subject_id = link.subject_id
            AND (link.starts_at IS NULL OR doubtful.occurred_at >= link.starts_at)
            AND (link.ends_at IS NULL OR doubtful.occurred_at < link.ends_at)
    INNER JOIN incident_holds
        ON doubtful.reference = incident_holds.reference AND link.linked_id = incident_holds.subject_id
    WHERE NOT doubtful.holds
)

SELECT
    doubtful.access_id,
    doubtful.user_id,
    doubtful.subject_id,
    doubtful.occurred_at,
    doubtful.reference,
    doubtful.opened_at,
    doubtful.closed_at,
    doubtful.missing,
    NOT doubtful.missing AND NOT doubtful.holds AND held.access_id IS NULL AS not_holding
FROM doubtful
LEFT JOIN held ON doubtful.access_id = held.access_id
WHERE doubtful.missing OR doubtful.outside OR (NOT doubtful.holds AND held.access_id IS NULL)
