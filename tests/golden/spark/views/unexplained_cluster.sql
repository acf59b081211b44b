WITH edge AS (
  SELECT DISTINCT
    unexplained_access.user_id,
    unexplained_access.subject_id,
    any_link.linked_id
  FROM unexplained_access
  INNER JOIN any_link
    ON unexplained_access.subject_id = any_link.subject_id
    AND unexplained_access.subject_id <> any_link.linked_id
    AND (
      any_link.starts_at IS NULL
      OR unexplained_access.occurred_at >= any_link.starts_at
    )
    AND (
      any_link.ends_at IS NULL OR unexplained_access.occurred_at < any_link.ends_at
    )
  WHERE
    EXISTS(
      SELECT
        1
      FROM unexplained_access AS other_access
      WHERE
        other_access.user_id = unexplained_access.user_id
        AND other_access.subject_id = any_link.linked_id
    )
), neighbour AS (
  SELECT
    user_id,
    subject_id,
    linked_id
  FROM edge
  UNION
  SELECT
    user_id,
    linked_id AS subject_id,
    subject_id AS linked_id
  FROM edge
  UNION
  SELECT
    user_id,
    subject_id,
    subject_id AS linked_id
  FROM edge
  UNION
  SELECT
    user_id,
    linked_id AS subject_id,
    linked_id
  FROM edge
), round_1 AS (
  SELECT
    user_id,
    subject_id,
    MIN(linked_id) AS cluster
  FROM neighbour
  GROUP BY
    user_id,
    subject_id
), round_2 AS (
  SELECT
    neighbour.user_id,
    neighbour.subject_id,
    MIN(round_1.cluster) AS cluster
  FROM neighbour
  INNER JOIN round_1
    ON neighbour.user_id = round_1.user_id AND neighbour.linked_id = round_1.subject_id
  GROUP BY
    neighbour.user_id,
    neighbour.subject_id
), round_3 AS (
  SELECT
    neighbour.user_id,
    neighbour.subject_id,
    MIN(round_2.cluster) AS cluster
  FROM neighbour
  INNER JOIN round_2
    ON neighbour.user_id = round_2.user_id AND neighbour.linked_id = round_2.subject_id
  GROUP BY
    neighbour.user_id,
    neighbour.subject_id
), round_4 AS (
  SELECT
    neighbour.user_id,
    neighbour.subject_id,
    MIN(round_3.cluster) AS cluster
  FROM neighbour
  INNER JOIN round_3
    ON neighbour.user_id = round_3.user_id AND neighbour.linked_id = round_3.subject_id
  GROUP BY
    neighbour.user_id,
    neighbour.subject_id
), round_5 AS (
  SELECT
    neighbour.user_id,
    neighbour.subject_id,
    MIN(round_4.cluster) AS cluster
  FROM neighbour
  INNER JOIN round_4
    ON neighbour.user_id = round_4.user_id AND neighbour.linked_id = round_4.subject_id
  GROUP BY
    neighbour.user_id,
    neighbour.subject_id
), round_6 AS (
  SELECT
    neighbour.user_id,
    neighbour.subject_id,
    MIN(round_5.cluster) AS cluster
  FROM neighbour
  INNER JOIN round_5
    ON neighbour.user_id = round_5.user_id AND neighbour.linked_id = round_5.subject_id
  GROUP BY
    neighbour.user_id,
    neighbour.subject_id
)
SELECT
  user_id,
  subject_id,
  cluster
FROM round_6
