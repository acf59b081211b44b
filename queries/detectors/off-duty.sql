-- id = "off-duty"
-- title = "Accesses while the user was not on duty"
-- description = "At least min_accesses accesses of a month outside every duty period, or any on leave, sick, suspended, or out of service."
-- level = "low"
-- status = "stable"
-- family = "unauthorised"
-- key = ["user_id", "month"]
-- points = 10
-- summary = "{user_id} looked {event_count} times in {month} while not on duty: {suspended} suspended, {out_of_service} out of service, {leave} on leave, {sick} sick, {outside} outside duty"
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
-- An explanation takes nothing away here, but lowers the score: work done at home on one's own case is against the rules of
-- most forces, and no theft of data.
WITH dated AS (
    SELECT
        access_id,
        user_id,
        subject_id,
        left(CAST(local_date AS VARCHAR), 7) AS month,
        state,
        gravity
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
)

SELECT
    dated.user_id,
    dated.month,
    CAST(NULL AS VARCHAR) AS subject_id,
    dated.access_id,
    dated.state <> 'outside' OR counted.off_duty >= $min_accesses AS counts,
    CASE WHEN counted.gravity <= 3 THEN 'high' WHEN counted.gravity <= 5 THEN 'medium' ELSE 'low' END AS level,
    CASE WHEN counted.gravity <= 3 THEN 34 WHEN counted.gravity <= 5 THEN 18 ELSE 10 END AS points,
    counted.status,
    CASE
        WHEN counted.off_duty >= $min_accesses THEN counted.off_duty
        ELSE counted.off_duty - counted.outside
    END AS accesses,
    counted.suspended,
    counted.out_of_service,
    counted.on_leave AS leave,
    counted.sick,
    counted.outside,
    counted.subjects
FROM dated
INNER JOIN counted ON dated.user_id = counted.user_id AND dated.month = counted.month
WHERE counted.off_duty >= $min_accesses OR counted.gravity <= 5
ORDER BY dated.user_id, dated.month, dated.access_id
