-- id = "control"
-- title = "Accesses drawn at random from those that no finding cites"
-- description = "Up to so many accesses, each as likely as any other, to be reviewed beside the findings."
-- reads = ["access", "cited", "draw", "explanation", "load_log"]
-- parameters.accesses = 500
--
-- Whoever reviews only what the detectors show never learns what they miss, and an officer who knows the detectors keeps
-- below them. A few accesses drawn by lot tell both: what share of the uncited ones is misuse after all. The lot is a hash
-- of the access and the seed, so the same data draws the same accesses and anybody can draw them again. 500 are the tenth of
-- 5,000 reviewed findings: more than a unit reviews between two runs.
WITH uncited AS (
    SELECT access.access_id
    FROM access
    ANTI JOIN cited ON access.access_id = cited.access_id
    WHERE access.user_id IS NOT NULL
),

population AS (
    SELECT count(*) AS accesses
    FROM uncited
),

lot AS (
    SELECT
        uncited.access_id,
        draw.seed,
        md5(draw.seed || uncited.access_id) AS number
    FROM uncited
    CROSS JOIN draw
    ORDER BY number, uncited.access_id
    LIMIT $accesses
)

SELECT
    CAST(row_number() OVER (ORDER BY lot.number, lot.access_id) AS INTEGER) AS place,
    lot.seed,
    population.accesses AS population,
    access.access_id,
    access.occurred_at,
    access.system,
    access.action,
    access.user_id,
    access.subject_kind,
    access.subject_id,
    access.reason,
    access.reference,
    explanation.explanation,
    access.source,
    load_log.path,
    load_log.sha256,
    access.record_no
FROM lot
INNER JOIN access ON lot.access_id = access.access_id
CROSS JOIN population
LEFT JOIN explanation ON access.access_id = explanation.access_id
LEFT JOIN load_log ON access.load_id = load_log.load_id
ORDER BY place
