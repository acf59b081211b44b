-- id = "off-duty"
-- title = "Accesses while the user was not on duty"
-- description = "At least min_accesses accesses of a month outside every duty period, or any on leave, sick, suspended, or out of service."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "month"]
-- points = 10
-- summary = "{user_id} looked {event_count} times in {month} while not at work: {states}"
-- reads = ["off_duty_access"]
-- requires = ["duty or staff"]
-- parameters.min_accesses = 3
-- references = [
--     "IPCC/ACPO 2012, case one: systems could still be used after suspension",
--     "Home Office, Police Regulations 2003, Annex G: the first 30 minutes of casual overtime",
-- ]
-- tags = ["duty", "suspended", "leave", "leaver"]
-- falsepositives = [
--     "Overtime or a call-out that was worked and not declared, or declared later.",
--     "A shift that was swapped, or a course, while the rota stayed as it was.",
--     "A leave that was cancelled and not taken off the rota.",
--     "Somebody who came back under a new contract, with the old last day still in the staff record.",
-- ]
-- blind_spots = [
--     "Users whose duty is not known around the access, and forces that load no duty: then only service and leaving are judged.",
--     "Misuse on duty, which is most of it.",
--     "Undeclared work within half an hour of a shift.",
-- ]
-- triage = [
--     "Of a suspended or departed user: close the account first, then ask who used it. It may have been somebody else.",
--     "Else ask the supervisor for the actual hours, before the user is asked.",
--     "Off duty alone says little: see what was looked up, and whether it is explained.",
-- ]
--
-- Nobody needs the systems who is not at work. Outside hours alone it is a weak sign, since rotas are wrong every day, and so it takes
-- three in a month and weighs little; leave and sickness weigh more; and a suspended, departed or not yet appointed user
-- has no business there at all. Which access was when is off_duty_access's work: that view says what margins hold and whose duty is
-- unknown. Where fewer than min_accesses lie off duty, only those of the graver states count, and the others stand beside.
--
-- An explanation takes nothing away here, but lowers the score, and the level where it holds for all: work done at home on one's own
-- case is against the rules of most forces, and no theft of data. Of the suspended and departed it lowers no level.
WITH dated AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        left(CAST(local_date AS VARCHAR), 7) AS month,
        state,
        gravity,
        explained
    FROM off_duty_access
),

counted AS (
    SELECT
        user_id,
        month,
        min(gravity) AS gravity,
        min_by(state, gravity) AS status,
        count(*) AS off_duty,
        count(*) FILTER (WHERE state = 'suspended') AS suspended,
        count(*) FILTER (WHERE state IN ('before_joining', 'after_leaving')) AS out_of_service,
        count(*) FILTER (WHERE state = 'leave') AS on_leave,
        count(*) FILTER (WHERE state = 'sick') AS sick,
        count(*) FILTER (WHERE state = 'outside') AS outside,
        count(DISTINCT subject_id) AS subjects
    FROM dated
    GROUP BY user_id, month
),

-- Fewer than min_accesses outside alone are silent, and beside a graver state they do not count.
cited AS (
    SELECT
        dated.user_id,
        dated.month,
        dated.access_id,
        dated.explained,
        dated.state <> 'outside' OR counted.off_duty >= $min_accesses AS counts
    FROM dated
    INNER JOIN counted ON dated.user_id = counted.user_id AND dated.month = counted.month
    WHERE counted.off_duty >= $min_accesses OR counted.gravity <= 5
),

total AS (
    SELECT
        user_id,
        month,
        count(*) FILTER (WHERE counts) AS accesses,
        count(*) FILTER (WHERE counts AND explained) AS explained
    FROM cited
    GROUP BY user_id, month
)

SELECT
    cited.user_id,
    cited.month,
    CAST(NULL AS VARCHAR) AS subject_id,
    cited.access_id,
    cited.counts,
    CASE
        WHEN counted.gravity <= 3 THEN 'high'
        WHEN counted.gravity <= 5 AND total.explained < total.accesses THEN 'medium'
        WHEN counted.gravity <= 5 OR total.explained < total.accesses THEN 'low'
        ELSE 'informational'
    END AS level,
    CASE WHEN counted.gravity <= 3 THEN 34 WHEN counted.gravity <= 5 THEN 18 ELSE 10 END AS points,
    counted.status,
    concat_ws(
        ', ',
        CASE WHEN counted.suspended > 0 THEN concat(CAST(counted.suspended AS VARCHAR), ' while suspended') END,
        CASE
            WHEN counted.out_of_service > 0 THEN concat(CAST(counted.out_of_service AS VARCHAR), ' out of service')
        END,
        CASE WHEN counted.on_leave > 0 THEN concat(CAST(counted.on_leave AS VARCHAR), ' on leave') END,
        CASE WHEN counted.sick > 0 THEN concat(CAST(counted.sick AS VARCHAR), ' while sick') END,
        CASE WHEN counted.outside > 0 THEN concat(CAST(counted.outside AS VARCHAR), ' outside duty') END
    ) AS states,
    total.accesses,
    total.explained,
    counted.suspended,
    counted.out_of_service,
    counted.on_leave AS leave,
    counted.sick,
    counted.outside,
    counted.subjects
FROM cited
INNER JOIN counted ON cited.user_id = counted.user_id AND cited.month = counted.month
INNER JOIN total ON cited.user_id = total.user_id AND cited.month = total.month
ORDER BY cited.user_id, cited.month, cited.access_id
