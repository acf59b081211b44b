WITH quoted AS (
  SELECT
    access_id,
    user_id,
    subject_id,
    reference,
    missing,
    not_holding,
    COALESCE(occurred_at < opened_at - :lead_days * INTERVAL '1' DAY, FALSE)
    OR COALESCE(occurred_at >= closed_at + :grace_days * INTERVAL '1' DAY, FALSE) AS not_open
  FROM doubtful_reference
), mismatch AS (
  SELECT
    quoted.access_id,
    quoted.user_id,
    quoted.subject_id,
    quoted.reference,
    quoted.missing,
    quoted.not_open,
    quoted.not_holding,
    lacks_explanation.access_id IS NULL AS explained
  FROM quoted
  LEFT JOIN lacks_explanation
    ON quoted.access_id = lacks_explanation.access_id
  WHERE
    quoted.missing OR quoted.not_open OR quoted.not_holding
), counted AS (
  SELECT
    user_id,
    reference,
    COUNT(*) AS accesses,
    COUNT(*) FILTER(WHERE
      missing) AS missing,
    COUNT(*) FILTER(WHERE
      not_open) AS not_open,
    COUNT(*) FILTER(WHERE
      not_holding) AS not_holding,
    COUNT(*) FILTER(WHERE
      explained) AS explained,
    COUNT(DISTINCT subject_id) AS subjects,
    MIN(subject_id) AS only_subject_id
  FROM mismatch
  GROUP BY
    user_id,
    reference
)
SELECT
  mismatch.user_id,
  mismatch.reference,
  CASE WHEN counted.subjects = 1 THEN counted.only_subject_id END AS subject_id,
  mismatch.access_id,
  TRUE AS counts,
  CASE WHEN counted.explained = counted.accesses THEN 'informational' ELSE 'low' END AS level,
  CASE WHEN counted.explained = counted.accesses THEN 4 ELSE 16 END AS points,
  counted.accesses,
  counted.missing,
  counted.not_open,
  counted.not_holding,
  CONCAT_WS(
    ', ',
    CASE WHEN counted.missing > 0 THEN 'no such incident is known' END,
    CASE
      WHEN counted.not_open > 0
      THEN CONCAT(COALESCE(CAST(counted.not_open AS STRING), ''), ' while it was not open')
    END,
    CASE
      WHEN counted.not_holding > 0
      THEN CONCAT(
        COALESCE(CAST(counted.not_holding AS STRING), ''),
        ' to subjects that it does not hold'
      )
    END
  ) AS misfit_words,
  counted.explained,
  counted.subjects
FROM mismatch
INNER JOIN counted
  ON mismatch.user_id = counted.user_id AND mismatch.reference = counted.reference
ORDER BY
  mismatch.user_id NULLS LAST,
  mismatch.reference NULLS LAST,
  mismatch.access_id NULLS LAST
