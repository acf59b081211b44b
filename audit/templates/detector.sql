-- # The header: TOML in these comment lines, down to the first bare `--`. What each key may hold: queries/README.md, "A file".
-- id = "@ID@"
-- # A few words for lists and headings; and a sentence for people who know neither SQL nor this program.
-- title = "Unexplained accesses at night"
-- description = "At least min_accesses unexplained accesses of one user between midnight and before_hour, local time."
-- # informational low medium high critical; and how strong a sign it is in itself, 0 to 60: most shipped ones give 10 to 40.
-- level = "low"
-- points = 10
-- # experimental, test or stable.
-- status = "experimental"
-- # unauthorised repeated after_warning pattern inaction health.
-- family = "unauthorised"
-- # Each combination of these columns is one finding: here one for each user. ["user_id", "subject_id"] would be one for each pair.
-- key = ["user_id"]
-- # The sentence that a reviewer reads: {names} of columns that the SQL returns, {event_count} and {days}. Ids, never names of people.
-- summary = "{user_id} looked {event_count} times on {days} days at night, at {subjects} subjects, and nothing explains it"
-- # Every relation that the SQL names, but for its own WITH parts. Where no incident is loaded nothing is called unexplained: then
-- # read "access" here and below, and take `requires` out.
-- reads = ["unexplained_access"]
-- # The tables without which it cannot run, so that it is skipped and says so.
-- requires = ["incident"]
-- # The SQL's $names. [parameters.@ID@] of audit.toml overrides them.
-- parameters.before_hour = 5
-- parameters.min_accesses = 3
-- # For whoever reviews: honest causes, what it cannot see, and what to do first. One of each at least, and be honest.
-- falsepositives = [
--     "A night shift whose work no incident records.",
-- ]
-- blind_spots = [
--     "Misuse by day, which is most of it.",
-- ]
-- triage = [
--     "Ask whether the user was on duty: audit timeline --user U.",
-- ]
--
-- Why it matters, for whoever reads the query: here, that fewer colleagues look on at night.
WITH at_night AS (
    -- The accesses in question. Change this WHERE first: which columns there are, queries/README.md says.
    SELECT
        user_id,
        subject_id,
        access_id
    FROM unexplained_access
    WHERE local_hour < $before_hour
),

enough AS (
    -- One row for each finding: from when on it is one, and the numbers that a reviewer sees behind it.
    SELECT
        user_id,
        count(*) AS accesses,
        count(DISTINCT subject_id) AS subjects
    FROM at_night
    GROUP BY user_id
    HAVING count(*) >= $min_accesses
)

-- One row for each finding and each of its accesses. `counts` FALSE would show an access beside the others, for context.
SELECT
    at_night.user_id,
    CAST(NULL AS VARCHAR) AS subject_id,
    at_night.access_id,
    TRUE AS counts,
    enough.accesses,
    enough.subjects
FROM at_night
INNER JOIN enough ON at_night.user_id = enough.user_id
ORDER BY at_night.user_id, at_night.access_id
