WITH state AS (
  SELECT
    access.system,
    access.local_date,
    NOT access.user_id IS NULL
    AND NOT access.subject_id IS NULL
    AND horizon.judges
    AND (
      horizon.judged_until IS NULL OR access.occurred_at <= horizon.judged_until
    ) AS judged,
    COALESCE(explanation.strength, 'none') AS strength,
    NOT first_access.access_id IS NULL AS is_first
  FROM access
  CROSS JOIN horizon
  LEFT JOIN explanation
    ON access.access_id = explanation.access_id
  LEFT JOIN first_access
    ON access.access_id = first_access.access_id
)
SELECT
  system,
  local_date,
  COUNT(*) AS accesses,
  COUNT(*) FILTER(WHERE
    judged AND strength = 'full') AS explained,
  COUNT(*) FILTER(WHERE
    judged AND strength = 'weak') AS weak,
  COUNT(*) FILTER(WHERE
    judged AND strength = 'none') AS unexplained,
  COUNT(*) FILTER(WHERE
    NOT judged) AS unjudged,
  COUNT(*) FILTER(WHERE
    is_first) AS first_accesses,
  COUNT(*) FILTER(WHERE
    is_first AND judged AND strength = 'full') AS first_explained,
  COUNT(*) FILTER(WHERE
    is_first AND judged AND strength = 'weak') AS first_weak
FROM state
GROUP BY
  system,
  local_date
