-- id = "linked-cluster"
-- title = "One circle of people and things, looked up from all sides"
-- description = "At least min_subjects linked subjects, each looked up by the same user without any explanation."
-- level = "medium"
-- status = "stable"
-- family = "repeated"
-- key = ["user_id", "cluster"]
-- points = 26
-- summary = "{user_id} looked up {subjects} linked subjects around {cluster} {event_count} times on {days} days without any explanation"
-- reads = ["unexplained_access", "unexplained_cluster"]
-- requires = ["incident", "subject_link"]
-- parameters.min_subjects = 3
-- references = [
--     "Sedgwick, Kansas: 228 plate searches in four months, 164 on one person's car, the rest on a linked one's",
--     "259 published cases: a former or present partner and that partner's other partners are 31 % of those looked up",
-- ]
-- tags = ["repetition", "stalking", "links"]
-- falsepositives = [
--     "One stop in the street that no incident records: the car, its keeper, their home. All on one day: level low, few points.",
--     "Background work on a household before a visit that no incident records.",
-- ]
-- blind_spots = [
--     "Links that the force does not hold.",
--     "A person's things looked up without the person: what ties them must be looked up too.",
--     "Chains of more than six links fall into two clusters.",
-- ]
-- triage = [
--     "Find the middle: whom are all of them linked to, and how does the user know that person?",
--     "A first look from the car to the keeper tells how the interest began.",
-- ]
--
-- Who is interested in a person looks at the car, the home, the telephone, the new partner. Each of these may be looked up
-- once only, so that repeated-subject sees nothing. Links of every relation count, in both directions, while they last; each
-- subject of the cluster was looked up by the user and is linked to another of them. Looking at three linked things in one
-- stop is how street work goes; coming back on another day is not, and only then does the finding weigh much.
WITH cluster AS (
    SELECT
        unexplained_cluster.user_id,
        unexplained_cluster.cluster,
        count(DISTINCT unexplained_cluster.subject_id) AS subjects,
        count(*) AS accesses,
        count(DISTINCT unexplained_access.local_date) AS local_days
    FROM unexplained_cluster
    INNER JOIN unexplained_access
        ON
            unexplained_cluster.user_id = unexplained_access.user_id
            AND unexplained_cluster.subject_id = unexplained_access.subject_id
    GROUP BY unexplained_cluster.user_id, unexplained_cluster.cluster
    HAVING count(DISTINCT unexplained_cluster.subject_id) >= $min_subjects
)

SELECT
    unexplained_cluster.user_id,
    unexplained_cluster.cluster,
    CAST(NULL AS VARCHAR) AS subject_id,
    unexplained_access.access_id,
    TRUE AS counts,
    CASE WHEN cluster.local_days = 1 THEN 'low' ELSE 'medium' END AS level,
    CASE WHEN cluster.local_days = 1 THEN 10 ELSE 26 END AS points,
    cluster.subjects,
    cluster.accesses
FROM unexplained_cluster
INNER JOIN cluster
    ON unexplained_cluster.user_id = cluster.user_id AND unexplained_cluster.cluster = cluster.cluster
INNER JOIN unexplained_access
    ON
        unexplained_cluster.user_id = unexplained_access.user_id
        AND unexplained_cluster.subject_id = unexplained_access.subject_id
ORDER BY unexplained_cluster.user_id, unexplained_cluster.cluster, unexplained_access.access_id
