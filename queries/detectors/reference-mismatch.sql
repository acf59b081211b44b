-- id = "reference-mismatch"
-- title = "Quoted reference that does not fit"
-- description = "A quoted reference does not exist, was not open then, or does not hold the subject or one linked to it."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "reference"]
-- points = 16
-- summary = "{user_id} quoted {reference} for {event_count} accesses that it does not fit: {misfit_words}"
-- reads = ["doubtful_reference", "lacks_explanation"]
-- requires = ["incident"]
-- parameters.lead_days = 1
-- parameters.grace_days = 14
-- references = ["HMIC, PEEL: police legitimacy 2016: a stated reason is not proof of one"]
-- tags = ["reference", "reason"]
-- falsepositives = [
--     "A number typed wrongly, or cut by an old system to twelve characters.",
--     "Incidents of another force, which are not in the table.",
-- ]
-- blind_spots = ["A reference that exists and holds the subject, quoted by somebody with no part in it: see incident-quoted."]
-- triage = [
--     "Compare the reference with real ones a digit away.",
--     "One misquoted number is a slip; several made-up ones are a method.",
-- ]
--
-- A reference that is no reference is how a look-up is dressed. `missing`, `not_open` and `not_holding` tell the ways. An
-- access that is fully explained all the same is most likely a slip: when all are, the level falls to informational.
WITH quoted AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        reference,
        missing,
        not_holding,
        coalesce(occurred_at < opened_at - $lead_days * INTERVAL 1 DAY, FALSE)
        OR coalesce(occurred_at >= closed_at + $grace_days * INTERVAL 1 DAY, FALSE) AS not_open
    FROM doubtful_reference
),

mismatch AS (
    SELECT
        quoted.access_id,
        quoted.user_id,
        quoted.subject_id,
        quoted.reference,
        quoted.missing,
        quoted.not_open,
        quoted.not_holding,
        lacks_explanation.access_id IS NULL AS explained
    FROM quoted
    LEFT JOIN lacks_explanation ON quoted.access_id = lacks_explanation.access_id
    WHERE quoted.missing OR quoted.not_open OR quoted.not_holding
),

counted AS (
    SELECT
        user_id,
        reference,
        count(*) AS accesses,
        count(*) FILTER (WHERE missing) AS missing,
        count(*) FILTER (WHERE not_open) AS not_open,
        count(*) FILTER (WHERE not_holding) AS not_holding,
        count(*) FILTER (WHERE explained) AS explained,
        count(DISTINCT subject_id) AS subjects,
        min(subject_id) AS only_subject_id
    FROM mismatch
    GROUP BY user_id, reference
)

SELECT
    mismatch.user_id,
    mismatch.reference,
    CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
    mismatch.access_id,
    TRUE AS counts,
    CASE WHEN counted.explained = counted.accesses THEN 'informational' ELSE 'low' END AS level,
    CASE WHEN counted.explained = counted.accesses THEN 4 ELSE 16 END AS points,
    counted.accesses,
    counted.missing,
    counted.not_open,
    counted.not_holding,
    concat_ws(
        ', ',
        CASE WHEN counted.missing > 0 THEN 'no such incident is known' END,
        CASE WHEN counted.not_open > 0 THEN concat(CAST(counted.not_open AS VARCHAR), ' while it was not open') END,
        CASE
            WHEN counted.not_holding > 0
                THEN concat(CAST(counted.not_holding AS VARCHAR), ' to subjects that it does not hold')
        END
    ) AS misfit_words,
    counted.explained,
    counted.subjects
FROM mismatch
INNER JOIN counted ON mismatch.user_id = counted.user_id AND mismatch.reference = counted.reference
ORDER BY mismatch.user_id, mismatch.reference, mismatch.access_id
