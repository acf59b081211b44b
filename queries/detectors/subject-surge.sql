-- id = "subject-surge"
-- title = "A crowd at one record, some of it without a reason"
-- description = "Within a week many users reach one subject, several of them without explanation: those are listed, the others are context."
-- level = "high"
-- status = "stable"
-- family = "repeated"
-- key = ["subject_id", "local_day"]
-- points = 30
-- summary = "{unexplained_users} of {users} users who reached {subject_id} from {local_day} on had no explanation: {event_count} of {accesses_in_all} accesses"
-- reads = ["subject_surge"]
-- requires = ["incident"]
-- parameters.lasting_days = 60
-- references = [
--     "Nottingham 2023: 381 accesses by 179 staff in four days to the record of one suspect; 11 had no reason",
--     "The window and its thresholds are parameters of the view subject_surge: 7 days, 10 users, 5 of them unexplained",
-- ]
-- tags = ["crowd", "curiosity", "high-profile"]
-- falsepositives = [
--     "A major incident to which many were sent before anybody was put on it.",
--     "A briefing that told everybody to read the record.",
--     "An address that stands for a place everybody deals with: its surge never ends, and is low after lasting_days.",
-- ]
-- blind_spots = [
--     "Users who quote the incident of the day without any part in it are weakly explained, and so are context here.",
--     "Curiosity of fewer than five.",
--     "Look-ups of the subject's car, home or relatives instead.",
-- ]
-- triage = [
--     "Ask the officer in charge who had been sent, briefed or asked; strike those off the list.",
--     "Of the rest, look first at who also printed, came back, or knew somebody in the case.",
-- ]
--
-- What everybody talks about, some look up. Where the record is that of a suspect, a victim or a colleague in the news, each
-- curious look-up is small and the harm adds up; and 168 users with good reason must not be put on a list with 11 who had
-- none. So only accesses that nothing explains count, and the others stand as context. A user is unexplained if one access
-- in the surge is. Overlapping windows are one surge, told apart by the local day of its first access. What lasts longer
-- than lasting_days from first to last is no event but a place or a person that the force always deals with; it is low, and
-- its points few.
WITH surge AS (
    SELECT
        subject_id,
        local_day,
        count(*) AS accesses_in_all,
        date_diff('day', local_day, max(local_date)) + 1 AS surge_days,
        count(DISTINCT user_id) AS users,
        count(DISTINCT user_id) FILTER (WHERE unexplained) AS unexplained_users,
        list_sort(
            list_distinct(list(user_id) FILTER (WHERE unexplained AND user_id IS NOT NULL))
        ) AS unexplained_user_ids
    FROM subject_surge
    GROUP BY subject_id, local_day
)

SELECT
    CAST(NULL AS VARCHAR) AS user_id,
    subject_surge.subject_id,
    subject_surge.local_day,
    subject_surge.access_id,
    subject_surge.unexplained AS counts,
    CASE WHEN surge.surge_days > $lasting_days THEN 'low' ELSE 'high' END AS level,
    CASE WHEN surge.surge_days > $lasting_days THEN 10 ELSE 30 END AS points,
    surge.surge_days,
    surge.accesses_in_all,
    surge.users,
    surge.unexplained_users,
    surge.unexplained_user_ids
FROM subject_surge
INNER JOIN surge ON subject_surge.subject_id = surge.subject_id AND subject_surge.local_day = surge.local_day
ORDER BY subject_surge.subject_id, subject_surge.local_day, subject_surge.access_id
