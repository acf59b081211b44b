-- id = "banner-ignored"
-- title = "Many unexplained accesses under the misuse banner"
-- description = "At least min_accesses unexplained accesses though a misuse banner had been accepted, and a far larger share of all such accesses than in the force."
-- level = "medium"
-- status = "stable"
-- family = "after_warning"
-- key = ["user_id"]
-- points = 26
-- summary = "{user_id} made {banner_accesses} accesses under the accepted misuse banner, and {event_count} of them are unexplained: {percent} %, against {force_percent} % in the whole force"
-- reads = ["judgeable_access", "latest_position", "unexplained_access"]
-- requires = ["incident"]
-- parameters.min_accesses = 10
-- parameters.times_force = 2.0
-- parameters.min_peers = 3
-- references = [
--     "IPCC/ACPO 2012, case six: hundreds of improper searches over a long time; a misuse warning stood on the screen at every search",
--     "Wilson, Probable inference, JASA 22 (1927): the interval for the share",
-- ]
-- tags = ["banner", "warning", "rate"]
-- falsepositives = [
--     "Work that no incident records and no authority names: then all of a role stand here, and peer_share says so.",
--     "A banner that is clicked away at every search by everybody; it proves knowledge, not intent.",
-- ]
-- blind_spots = [
--     "Logs that do not tell whether the banner was accepted.",
--     "Few unexplained accesses among very many explained ones.",
-- ]
-- triage = [
--     "Compare share with peer_share, and with colleagues of the same unit, before anything else.",
--     "Keep the banner's wording of that time: it is what the user had been told.",
-- ]
--
-- The banner is the one warning that everybody gets, at each search; who accepted it cannot say that they did not know. It
-- is also routine, and mostly nobody can go on without accepting it: that somebody did so says nothing, and most of what follows may be
-- explained. So only a share counts that chance does not give: of the user's judged accesses at which the banner was
-- accepted, the unexplained ones, with a lower 95 % bound (Wilson, two-sided) above times_force times the force's share of
-- the same. The same share for everybody, and so nobody is found for being busy. `force_share` is of the accesses under the banner
-- (access-after-warning's is of all).
--
-- Where all of a role search for something that no data explains, such as a records office on one system, a gap in the data
-- is found and no officer. So a finding whose lower bound does not exceed the share of the others of the user's (latest)
-- role, at least min_peers of them, is informational and scores next to nothing; nobody is their own peer.
WITH accepted AS (
    SELECT
        user_id,
        count(*) AS banner_accesses
    FROM judgeable_access
    WHERE banner_accepted
    GROUP BY user_id
),

unexplained AS (
    SELECT
        user_id,
        count(*) AS accesses
    FROM unexplained_access
    WHERE banner_accepted
    GROUP BY user_id
),

counted AS (
    SELECT
        accepted.user_id,
        latest_position.role,
        accepted.banner_accesses,
        coalesce(unexplained.accesses, 0) AS accesses
    FROM accepted
    LEFT JOIN unexplained ON accepted.user_id = unexplained.user_id
    LEFT JOIN latest_position ON accepted.user_id = latest_position.user_id
),

of_role AS (
    SELECT
        role,
        count(*) AS users,
        sum(banner_accesses) AS banner_accesses,
        sum(accesses) AS accesses
    FROM counted
    WHERE role IS NOT NULL
    GROUP BY role
),

whole_force AS (
    SELECT sum(accesses) / nullif(CAST(sum(banner_accesses) AS DOUBLE), 0) AS share
    FROM counted
),

shared AS (
    SELECT
        counted.user_id,
        counted.role,
        counted.accesses,
        counted.banner_accesses,
        counted.accesses / nullif(CAST(counted.banner_accesses AS DOUBLE), 0) AS share,
        of_role.users - 1 AS peers,
        (of_role.accesses - counted.accesses)
        / nullif(CAST(of_role.banner_accesses - counted.banner_accesses AS DOUBLE), 0) AS peer_share
    FROM counted
    LEFT JOIN of_role ON counted.role = of_role.role
    WHERE counted.accesses >= $min_accesses
),

bounded AS (
    SELECT
        user_id,
        role,
        accesses,
        banner_accesses,
        share,
        peers,
        CASE WHEN peers >= $min_peers THEN peer_share END AS peer_share,
        (
            share + 1.92072941 / nullif(banner_accesses, 0)
            - 1.95996398 * sqrt(
                share * (1 - share) / nullif(banner_accesses, 0)
                + 0.96036471 / nullif(banner_accesses * banner_accesses, 0)
            )
        ) / nullif(1 + 3.84145882 / nullif(banner_accesses, 0), 0) AS share_lower
    FROM shared
)

SELECT
    unexplained_access.user_id,
    CAST(NULL AS VARCHAR) AS subject_id,
    unexplained_access.access_id,
    TRUE AS counts,
    CASE WHEN bounded.share_lower <= bounded.peer_share THEN 'informational' ELSE 'medium' END AS level,
    CASE WHEN bounded.share_lower <= bounded.peer_share THEN 0 ELSE 26 END AS points,
    bounded.accesses,
    bounded.banner_accesses,
    round(bounded.share, 4) AS share,
    round(bounded.share_lower, 4) AS share_lower,
    round(100 * bounded.share, 1) AS percent,
    round(whole_force.share, 4) AS force_share,
    round(100 * whole_force.share, 1) AS force_percent,
    bounded.role,
    bounded.peers,
    round(bounded.peer_share, 4) AS peer_share
FROM unexplained_access
INNER JOIN bounded ON unexplained_access.user_id = bounded.user_id
CROSS JOIN whole_force
WHERE unexplained_access.banner_accepted AND bounded.share_lower > $times_force * whole_force.share
ORDER BY unexplained_access.user_id, unexplained_access.access_id
