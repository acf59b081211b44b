WITH nearest AS (
  SELECT
    act_pair.node,
    MIN(act_member.act) AS act
  FROM act_pair
  INNER JOIN act_member
    ON act_pair.other = act_member.node
  GROUP BY
    act_pair.node
)
SELECT
  nearest.node,
  LEAST(nearest.act, leap.act) AS act
FROM nearest
INNER JOIN nearest AS leap
  ON nearest.act = leap.node
