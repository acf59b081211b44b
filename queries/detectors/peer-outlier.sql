-- id = "peer-outlier"
-- title = "Far more that is not fully explained than peers have"
-- description = "In one month, accesses that are not fully explained beyond those of peers of the same unit and role: robust z of min_z or more."
-- level = "medium"
-- status = "stable"
-- family = "pattern"
-- key = ["user_id", "month"]
-- points = 18
-- summary = "{user_id} had {event_count} accesses in {month} that are not fully explained; the median of {peers} peers is {peer_median} (z {z})"
-- reads = ["not_fully_explained_access", "peer_group", "peer_member", "user_month"]
-- requires = ["incident", "posting or staff"]
-- parameters.min_z = 5.0
-- parameters.min_peers = 3
-- parameters.min_scale = 2.0
-- parameters.times_peers_share = 2.0
-- references = [
--     "Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): median and MAD, since one offender moves a mean",
--     "Minnesota audit 2013: crude heuristics flagged 53 % of users",
-- ]
-- tags = ["volume", "peers"]
-- falsepositives = [
--     "A major enquiry whose assignments were entered late or not at all.",
--     "One who covers for a whole team, or searches for others by radio.",
--     "Posted with colleagues whose work differs: a unit's only detective among those who bear the same role.",
-- ]
-- blind_spots = [
--     "A team that does it together: its middle moves with it.",
--     "Misuse spread thinly over many months: see repeated-subject and victim-profile.",
-- ]
-- triage = [
--     "Read the subjects first: one person many times is another matter than many persons once.",
--     "Ask what the unit worked on in that month, and who entered the assignments.",
-- ]
--
-- The heavy user is not the suspect, the one whose volume nothing accounts for is. z = (x - median) / scale, with the median and
-- the MAD of the peers alone (the user is left out), and scale = 1.4826 x MAD, but never below min_scale nor below the
-- root of the median: counts scatter by that much by themselves, and where most peers have none the MAD is 0. A peer
-- who was active and had none counts as none. Where the user's share of such accesses is not times_peers_share that of the peers, there
-- is simply more work: the level is low.
WITH counted AS (
    SELECT
        user_id,
        substr(CAST(local_date AS VARCHAR), 1, 7) AS month,
        count(*) AS accesses
    FROM not_fully_explained_access
    GROUP BY user_id, substr(CAST(local_date AS VARCHAR), 1, 7)
),

-- Below this no z can reach min_z, since no median is below 0.
candidate AS (
    SELECT
        counted.user_id,
        counted.month,
        counted.accesses,
        peer_group.group_id,
        peer_group.peers
    FROM counted
    INNER JOIN peer_group ON counted.user_id = peer_group.user_id AND counted.month = peer_group.month
    WHERE counted.accesses >= $min_z * $min_scale AND peer_group.peers >= $min_peers
),

compared_group AS (
    SELECT DISTINCT
        group_id,
        month
    FROM candidate
),

ranked AS (
    SELECT
        peer_member.group_id,
        peer_member.month,
        peer_member.user_id,
        coalesce(counted.accesses, 0) AS accesses,
        user_month.accesses AS all_accesses,
        row_number() OVER (
            PARTITION BY peer_member.group_id, peer_member.month
            ORDER BY coalesce(counted.accesses, 0), peer_member.user_id
        ) AS place
    FROM compared_group
    INNER JOIN peer_member
        ON compared_group.group_id = peer_member.group_id AND compared_group.month = peer_member.month
    INNER JOIN user_month ON peer_member.user_id = user_month.user_id AND peer_member.month = user_month.month
    LEFT JOIN counted ON peer_member.user_id = counted.user_id AND peer_member.month = counted.month
),

group_sum AS (
    SELECT
        group_id,
        month,
        sum(accesses) AS accesses,
        sum(all_accesses) AS all_accesses
    FROM ranked
    GROUP BY group_id, month
),

-- The places of the middle one or two among the others; in a ranking that holds the user too, those at or behind the user's own
-- place move on by one.
middle AS (
    SELECT
        user_id,
        month,
        group_id,
        peers,
        accesses,
        unnest([(peers + 1) // 2, (peers + 2) // 2]) AS place
    FROM candidate
),

-- In whole numbers: twice the median, and twice each deviation from it.
centred AS (
    SELECT
        middle.user_id,
        middle.month,
        middle.group_id,
        middle.peers,
        middle.accesses,
        own.all_accesses,
        min(peer.accesses) + max(peer.accesses) AS twice_median
    FROM middle
    INNER JOIN ranked AS own
        ON middle.group_id = own.group_id AND middle.month = own.month AND middle.user_id = own.user_id
    INNER JOIN ranked AS peer
        ON
            middle.group_id = peer.group_id
            AND middle.month = peer.month
            AND middle.place + CASE WHEN middle.place >= own.place THEN 1 ELSE 0 END = peer.place
    GROUP BY middle.user_id, middle.month, middle.group_id, middle.peers, middle.accesses, own.all_accesses
),

centre AS (
    SELECT DISTINCT
        group_id,
        month,
        twice_median
    FROM centred
),

deviation AS (
    SELECT
        ranked.group_id,
        ranked.month,
        ranked.user_id,
        centre.twice_median,
        abs(2 * ranked.accesses - centre.twice_median) AS twice_deviation,
        row_number() OVER (
            PARTITION BY ranked.group_id, ranked.month, centre.twice_median
            ORDER BY abs(2 * ranked.accesses - centre.twice_median), ranked.user_id
        ) AS place
    FROM centre
    INNER JOIN ranked ON centre.group_id = ranked.group_id AND centre.month = ranked.month
),

spread AS (
    SELECT
        middle.user_id,
        middle.month,
        min(peer.twice_deviation) + max(peer.twice_deviation) AS four_mad
    FROM middle
    INNER JOIN centred ON middle.user_id = centred.user_id AND middle.month = centred.month
    INNER JOIN deviation AS own
        ON
            centred.group_id = own.group_id
            AND centred.month = own.month
            AND centred.twice_median = own.twice_median
            AND centred.user_id = own.user_id
    INNER JOIN deviation AS peer
        ON
            centred.group_id = peer.group_id
            AND centred.month = peer.month
            AND centred.twice_median = peer.twice_median
            AND middle.place + CASE WHEN middle.place >= own.place THEN 1 ELSE 0 END = peer.place
    GROUP BY middle.user_id, middle.month
),

outlier AS (
    SELECT
        centred.user_id,
        centred.month,
        centred.peers,
        centred.accesses,
        centred.twice_median / 2.0 AS peer_median,
        spread.four_mad / 4.0 AS peer_mad,
        (centred.accesses - centred.twice_median / 2.0) / nullif(
            greatest(1.4826 * spread.four_mad / 4.0, sqrt(centred.twice_median / 2.0), $min_scale), 0
        ) AS z,
        centred.accesses / nullif(CAST(centred.all_accesses AS DOUBLE), 0) AS share,
        (group_sum.accesses - centred.accesses)
        / nullif(CAST(group_sum.all_accesses - centred.all_accesses AS DOUBLE), 0) AS peer_share
    FROM centred
    INNER JOIN spread ON centred.user_id = spread.user_id AND centred.month = spread.month
    INNER JOIN group_sum ON centred.group_id = group_sum.group_id AND centred.month = group_sum.month
)

SELECT
    outlier.user_id,
    outlier.month,
    CAST(NULL AS VARCHAR) AS subject_id,
    not_fully_explained_access.access_id,
    TRUE AS counts,
    CASE WHEN outlier.share < $times_peers_share * outlier.peer_share THEN 'low' ELSE 'medium' END AS level,
    CASE WHEN outlier.share < $times_peers_share * outlier.peer_share THEN 9 ELSE 18 END AS points,
    outlier.accesses,
    outlier.peers,
    outlier.peer_median,
    outlier.peer_mad,
    round(outlier.z, 2) AS z,
    round(outlier.share, 4) AS share,
    round(outlier.peer_share, 4) AS peer_share
FROM outlier
INNER JOIN not_fully_explained_access
    ON
        outlier.user_id = not_fully_explained_access.user_id
        AND outlier.month = substr(CAST(not_fully_explained_access.local_date AS VARCHAR), 1, 7)
WHERE outlier.z >= $min_z
ORDER BY outlier.user_id, outlier.month, not_fully_explained_access.access_id
