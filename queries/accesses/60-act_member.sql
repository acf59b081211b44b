-- id = "act_member"
-- title = "The first event of each event's act, one step nearer"
-- description = "Repeated until nothing changes: each numbered event takes the smallest act number of its neighbours."
-- reads = ["act_member", "act_pair"]
-- local = true
--
-- The second join leaps: an act number is itself an event's number, and that event may know a smaller one by now. So a
-- chain of n events is settled in about log2(n) rounds.
WITH nearest AS (
    SELECT
        act_pair.node,
        min(act_member.act) AS act
    FROM act_pair
    INNER JOIN act_member ON act_pair.other = act_member.node
    GROUP BY act_pair.node
)

SELECT
    nearest.node,
    least(nearest.act, leap.act) AS act
FROM nearest
INNER JOIN nearest AS leap ON nearest.act = leap.node
