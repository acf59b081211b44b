-- id = "bulk-harvest"
-- title = "One kind of incident, harvested"
-- description = "At least min_accesses unlinked accesses in 90 days to incidents of one kind or the subjects on them, and times_peers the peers' median."
-- level = "high"
-- status = "stable"
-- family = "repeated"
-- key = ["user_id", "incident_kind"]
-- points = 34
-- summary = "{user_id} made {accesses} accesses within 90 days to {incident_kind} incidents, or to subjects on them, without a part in them; the median of {peers} peers is {peer_median}. In all {event_count} such accesses, to {subjects} records"
-- reads = ["incident", "incident_holds", "unlinked_access", "unlinked_kind_day", "user_month"]
-- requires = ["incident", "posting or staff"]
-- parameters.min_accesses = 100
-- parameters.days_before = 89
-- parameters.times_peers = 5
-- parameters.min_peers = 3
-- references = ["Lancashire, data sale: about 21,000 accesses over seven years to collision records, to sell them"]
-- tags = ["volume", "corruption", "sale"]
-- falsepositives = [
--     "A clerk who enters or reviews that kind for all, where colleagues of the same role do not: give an authority in the clerk's own name.",
--     "A project or an audit of old cases, ordered and not on the system.",
-- ]
-- blind_spots = [
--     "A slow harvest, fewer than min_accesses in 90 days.",
--     "A whole desk that sells: the peers' median rises with it.",
-- ]
-- triage = [
--     "Compare with what the post needs: does it work on each record, or only read it?",
--     "Look for exports and prints, and for who profits: claims firms, garages, solicitors, the press.",
-- ]
--
-- Records that are worth money are read by the hundred, under a right that the post does give: a standing authority explains each
-- of them and none of the number. So an access counts as unlinked when no incident explains it, even in part, and no authority in the
-- user's own name. A subject on incidents of several kinds counts for each. The peers' median is of the same 90 days,
-- the user left out, those with none counted as none. Cited is all that the user had of that kind, with how many `subjects`;
-- `accesses` are those of the fullest 90 days, and so is what they are compared with.
-- A block is a third of the days allowed, so that any window lies within four of them, and mostly holds two in full. What these
-- tell spares most days.
WITH block AS (
    SELECT
        user_id,
        incident_kind,
        date_diff('day', DATE '0001-01-01', local_date) // nullif(($days_before + 3) // 3, 0) AS block_number,
        sum(accesses) AS accesses
    FROM unlinked_kind_day
    GROUP BY
        user_id,
        incident_kind,
        date_diff('day', DATE '0001-01-01', local_date) // nullif(($days_before + 3) // 3, 0)
),

-- Who has too few over all time has too few in any window. Each of the others has a number, by which windows are laid faster.
enough AS (
    SELECT
        user_id,
        incident_kind,
        row_number() OVER (ORDER BY user_id, incident_kind) AS series
    FROM block
    GROUP BY user_id, incident_kind
    HAVING sum(accesses) >= $min_accesses
),

block_offset AS (
    SELECT unnest([0, 1, 2, 3]) AS blocks
),

-- Who has too few in four blocks has too few in each window that ends in the last of them.
full_block AS (
    SELECT
        enough.series,
        block.block_number + block_offset.blocks AS block_number
    FROM block
    INNER JOIN enough ON block.user_id = enough.user_id AND block.incident_kind = enough.incident_kind
    CROSS JOIN block_offset
    GROUP BY enough.series, block.block_number + block_offset.blocks
    HAVING sum(block.accesses) >= $min_accesses
),

worth_reading AS (
    SELECT DISTINCT
        enough.user_id,
        enough.incident_kind,
        enough.series,
        full_block.block_number - block_offset.blocks AS block_number
    FROM full_block
    CROSS JOIN block_offset
    INNER JOIN enough ON full_block.series = enough.series
),

running AS (
    SELECT
        worth_reading.series,
        date_diff('day', DATE '0001-01-01', unlinked_kind_day.local_date) AS day_number,
        sum(unlinked_kind_day.accesses) OVER (
            PARTITION BY worth_reading.series
            ORDER BY date_diff('day', DATE '0001-01-01', unlinked_kind_day.local_date)
            RANGE BETWEEN $days_before PRECEDING AND CURRENT ROW
        ) AS accesses
    FROM unlinked_kind_day
    INNER JOIN worth_reading
        ON
            unlinked_kind_day.user_id = worth_reading.user_id
            AND unlinked_kind_day.incident_kind = worth_reading.incident_kind
            AND date_diff('day', DATE '0001-01-01', unlinked_kind_day.local_date) // nullif(($days_before + 3) // 3, 0)
            = worth_reading.block_number
),

most AS (
    SELECT
        series,
        max(accesses) AS accesses
    FROM running
    WHERE accesses >= $min_accesses
    GROUP BY series
),

-- Of several windows as full, the first.
fullest AS (
    SELECT
        running.series,
        running.accesses,
        min(running.day_number) AS day_number
    FROM running
    INNER JOIN most ON running.series = most.series AND running.accesses = most.accesses
    GROUP BY running.series, running.accesses
),

dated AS (
    SELECT
        enough.user_id,
        enough.incident_kind,
        fullest.series,
        fullest.accesses,
        fullest.day_number,
        DATE '0001-01-01' + fullest.day_number * INTERVAL 1 DAY AS last_day
    FROM fullest
    INNER JOIN enough ON fullest.series = enough.series
),

window_month AS (
    SELECT
        user_id,
        incident_kind,
        series,
        accesses,
        day_number,
        substr(CAST(last_day AS VARCHAR), 1, 7) AS last_month,
        substr(CAST(last_day - $days_before * INTERVAL 1 DAY AS VARCHAR), 1, 7) AS first_month
    FROM dated
),

window_end AS (
    SELECT
        window_month.user_id,
        window_month.incident_kind,
        window_month.series,
        window_month.accesses,
        window_month.day_number,
        window_month.first_month,
        window_month.last_month,
        user_month.unit,
        user_month.role
    FROM window_month
    INNER JOIN user_month
        ON window_month.user_id = user_month.user_id AND window_month.last_month = user_month.month
    WHERE user_month.role IS NOT NULL
),

-- Over 90 days, whoever was active in any of their months: a desk of four is seldom all there in each. Many windows have the same
-- months and the same role.
span AS (
    SELECT DISTINCT
        first_month,
        last_month,
        role
    FROM window_end
),

span_member AS (
    SELECT DISTINCT
        span.first_month,
        span.last_month,
        span.role,
        user_month.unit,
        user_month.user_id
    FROM span
    INNER JOIN user_month
        ON
            span.role = user_month.role
            AND span.first_month <= user_month.month
            AND span.last_month >= user_month.month
),

-- Whoever is counted is a member, too: of the last month.
span_total AS (
    SELECT
        first_month,
        last_month,
        role,
        count(DISTINCT user_id) - 1 AS peers
    FROM span_member
    GROUP BY first_month, last_month, role
),

unit_total AS (
    SELECT
        first_month,
        last_month,
        role,
        unit,
        count(*) - 1 AS peers
    FROM span_member
    WHERE unit IS NOT NULL
    GROUP BY first_month, last_month, role, unit
),

candidate AS (
    SELECT
        window_end.user_id,
        window_end.incident_kind,
        window_end.series,
        window_end.accesses,
        window_end.day_number,
        window_end.first_month,
        window_end.last_month,
        window_end.role,
        CASE WHEN unit_total.peers >= $min_peers THEN window_end.unit END AS peer_unit,
        CASE WHEN unit_total.peers >= $min_peers THEN unit_total.peers ELSE span_total.peers END AS peers
    FROM window_end
    INNER JOIN span_total
        ON
            window_end.first_month = span_total.first_month
            AND window_end.last_month = span_total.last_month
            AND window_end.role = span_total.role
    LEFT JOIN unit_total
        ON
            window_end.first_month = unit_total.first_month
            AND window_end.last_month = unit_total.last_month
            AND window_end.role = unit_total.role
            AND window_end.unit = unit_total.unit
    WHERE span_total.peers >= $min_peers
),

peer AS (
    SELECT DISTINCT
        candidate.series,
        candidate.incident_kind,
        candidate.day_number,
        span_member.user_id AS peer_id
    FROM candidate
    INNER JOIN span_member
        ON
            candidate.first_month = span_member.first_month
            AND candidate.last_month = span_member.last_month
            AND candidate.role = span_member.role
            AND (candidate.peer_unit IS NULL OR candidate.peer_unit = span_member.unit)
            AND candidate.user_id <> span_member.user_id
),

-- What a peer surely has: the blocks that lie within the window.
peer_least AS (
    SELECT
        peer.series,
        peer.peer_id,
        sum(block.accesses) AS accesses
    FROM peer
    INNER JOIN block
        ON
            peer.peer_id = block.user_id
            AND peer.incident_kind = block.incident_kind
            AND block.block_number * (($days_before + 3) // 3) >= peer.day_number - $days_before
            AND (block.block_number + 1) * (($days_before + 3) // 3) <= peer.day_number + 1
    GROUP BY peer.series, peer.peer_id
),

-- Where more than half of the peers surely have too many, so has their median.
outdone AS (
    SELECT candidate.series
    FROM candidate
    INNER JOIN peer_least ON candidate.series = peer_least.series
    WHERE $times_peers * peer_least.accesses > candidate.accesses
    GROUP BY candidate.series, candidate.peers
    HAVING 2 * count(*) > candidate.peers
),

rival AS (
    SELECT
        peer.series,
        peer.incident_kind,
        peer.day_number,
        peer.peer_id
    FROM peer
    ANTI JOIN outdone ON peer.series = outdone.series
),

-- Few are left. An engine that cannot know that knows that blocks are few, and reads no more days than it needs.
rival_block AS (
    SELECT
        block.user_id,
        block.incident_kind
    FROM block
    SEMI JOIN rival ON block.user_id = rival.peer_id AND block.incident_kind = rival.incident_kind
),

rival_day AS (
    SELECT
        unlinked_kind_day.user_id,
        unlinked_kind_day.incident_kind,
        date_diff('day', DATE '0001-01-01', unlinked_kind_day.local_date) AS day_number,
        unlinked_kind_day.accesses
    FROM unlinked_kind_day
    SEMI JOIN rival_block
        ON
            unlinked_kind_day.user_id = rival_block.user_id
            AND unlinked_kind_day.incident_kind = rival_block.incident_kind
),

rival_count AS (
    SELECT
        rival.series,
        rival.peer_id,
        sum(rival_day.accesses) AS accesses
    FROM rival
    INNER JOIN rival_day
        ON
            rival.peer_id = rival_day.user_id
            AND rival.incident_kind = rival_day.incident_kind
            AND rival_day.day_number <= rival.day_number
            AND rival_day.day_number >= rival.day_number - $days_before
    GROUP BY rival.series, rival.peer_id
),

rival_rank AS (
    SELECT
        rival.series,
        coalesce(rival_count.accesses, 0) AS accesses,
        row_number() OVER (
            PARTITION BY rival.series ORDER BY coalesce(rival_count.accesses, 0), rival.peer_id
        ) AS place
    FROM rival
    LEFT JOIN rival_count ON rival.series = rival_count.series AND rival.peer_id = rival_count.peer_id
),

peer_middle AS (
    SELECT
        candidate.series,
        sum(CASE WHEN rival_rank.place = (candidate.peers + 1) // 2 THEN rival_rank.accesses ELSE 0 END)
        + sum(CASE WHEN rival_rank.place = (candidate.peers + 2) // 2 THEN rival_rank.accesses ELSE 0 END)
            AS twice_median
    FROM candidate
    INNER JOIN rival_rank ON candidate.series = rival_rank.series
    GROUP BY candidate.series
),

harvest AS (
    SELECT
        candidate.user_id,
        candidate.incident_kind,
        candidate.series,
        candidate.accesses,
        candidate.peers,
        peer_middle.twice_median
    FROM candidate
    INNER JOIN peer_middle ON candidate.series = peer_middle.series
    WHERE 2 * candidate.accesses >= $times_peers * peer_middle.twice_median
),

-- Only of the few who stand out is it asked which accesses these were.
harvester AS (
    SELECT enough.user_id
    FROM enough
    SEMI JOIN harvest ON enough.series = harvest.series
),

harvester_access AS (
    SELECT
        unlinked_access.access_id,
        unlinked_access.user_id,
        unlinked_access.subject_id,
        unlinked_access.unexplained
    FROM unlinked_access
    SEMI JOIN harvester ON unlinked_access.user_id = harvester.user_id
),

cited AS (
    SELECT DISTINCT
        harvest.user_id,
        harvest.incident_kind,
        harvester_access.access_id,
        harvester_access.subject_id,
        harvester_access.unexplained
    FROM harvester_access
    INNER JOIN incident_holds ON harvester_access.subject_id = incident_holds.subject_id
    INNER JOIN incident ON incident_holds.reference = incident.reference
    INNER JOIN harvest
        ON harvester_access.user_id = harvest.user_id AND incident.kind = harvest.incident_kind
),

cited_count AS (
    SELECT
        user_id,
        incident_kind,
        count(*) AS all_accesses,
        count(DISTINCT subject_id) AS subjects,
        count(*) FILTER (WHERE unexplained) AS unexplained_accesses
    FROM cited
    GROUP BY user_id, incident_kind
)

SELECT
    cited.user_id,
    cited.incident_kind,
    CAST(NULL AS VARCHAR) AS subject_id,
    cited.access_id,
    TRUE AS counts,
    CAST(harvest.accesses AS BIGINT) AS accesses,
    cited_count.subjects,
    cited_count.unexplained_accesses,
    harvest.peers,
    harvest.twice_median / 2.0 AS peer_median,
    round(2.0 * harvest.accesses / nullif(harvest.twice_median, 0), 2) AS times_peer_median
FROM cited
INNER JOIN harvest ON cited.user_id = harvest.user_id AND cited.incident_kind = harvest.incident_kind
INNER JOIN cited_count ON cited.user_id = cited_count.user_id AND cited.incident_kind = cited_count.incident_kind
ORDER BY cited.user_id, cited.incident_kind, cited.access_id
