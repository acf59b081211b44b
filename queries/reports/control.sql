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
--
-- A hash of each of millions of accesses would cost more than a detector. So a sieve goes before it, of whole numbers that follow
-- from the seed (audit/control.py): where an access stands in its file and when it was made, each times a number of the seed,
-- modulo the prime 2^31 - 1. Over all seeds every access passes equally often, and so does every two together: the sieve knows
-- nothing of an access, and who passes says nothing of who else does. Among those that pass, the hash decides. Where fewer pass
-- than are asked for, it is opened wider; a population that is not much larger than the draw all passes.
WITH passed AS (
    SELECT
        access.access_id,
        access.occurred_at,
        access.system,
        access.action,
        access.user_id,
        access.subject_kind,
        access.subject_id,
        access.reason,
        access.reference,
        access.source,
        access.load_id,
        access.record_no,
        draw.seed,
        draw.population
    FROM access
    CROSS JOIN draw
    WHERE
        access.user_id IS NOT NULL
        -- Each product and their sum fit into a BIGINT. The second has no sign: a sum with one would not be evenly spread.
        AND (
            draw.by_record * (access.record_no % 2147483647)
            + draw.by_second * abs(access.occurred_epoch % 2147483647)
            + draw.shift
        ) % 2147483647 < draw.below
),

lot AS (
    SELECT
        passed.*,
        md5(passed.seed || passed.access_id) AS number
    FROM passed
    ANTI JOIN cited ON passed.access_id = cited.access_id
    ORDER BY number, passed.access_id
    LIMIT $accesses
)

SELECT
    CAST(row_number() OVER (ORDER BY lot.number, lot.access_id) AS INTEGER) AS place,
    lot.seed,
    lot.population,
    lot.access_id,
    lot.occurred_at,
    lot.system,
    lot.action,
    lot.user_id,
    lot.subject_kind,
    lot.subject_id,
    lot.reason,
    lot.reference,
    explanation.explanation,
    lot.source,
    load_log.path,
    load_log.sha256,
    lot.record_no
FROM lot
LEFT JOIN explanation ON lot.access_id = explanation.access_id
LEFT JOIN load_log ON lot.load_id = load_log.load_id
ORDER BY place
