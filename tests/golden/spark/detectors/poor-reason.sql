WITH generic AS (
  SELECT DISTINCT
    listed.reason
  FROM (
    SELECT
      EXPLODE(:generic_reasons) AS reason
  ) AS listed
), judged AS (
  SELECT
    reason_quality.user_id,
    reason_quality.system,
    CASE
      WHEN NOT reason_quality.code_stands IS NULL AND NOT reason_quality.code_stands
      THEN TRUE
      WHEN reason_quality.reason IS NULL
      THEN reason_quality.code_stands IS NULL
      WHEN LENGTH(reason_quality.reason) < 3
      THEN TRUE
      ELSE NOT generic.reason IS NULL
    END AS poor
  FROM reason_quality
  LEFT JOIN generic
    ON reason_quality.reason = generic.reason
), user_count AS (
  SELECT
    user_id,
    system,
    COUNT(*) AS accesses,
    COUNT(*) FILTER(WHERE
      poor) AS poor_reasons,
    CAST(COUNT(*) FILTER(WHERE
      poor) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0) AS share
  FROM judged
  GROUP BY
    user_id,
    system
), force_share AS (
  SELECT
    system,
    CAST(SUM(poor_reasons) AS DOUBLE) / NULLIF(CAST(SUM(accesses) AS DOUBLE), 0) AS share
  FROM user_count
  GROUP BY
    system
), bounded AS (
  SELECT
    user_count.user_id,
    user_count.system,
    user_count.accesses,
    user_count.poor_reasons,
    user_count.share,
    force_share.share AS force_share,
    CAST((
      user_count.share + CAST(1.92072941 AS DOUBLE) / NULLIF(user_count.accesses, 0) - 1.95996398 * SQRT(
        CAST(user_count.share * (
          1 - user_count.share
        ) AS DOUBLE) / NULLIF(user_count.accesses, 0) + CAST(0.96036471 AS DOUBLE) / NULLIF(user_count.accesses * user_count.accesses, 0)
      )
    ) AS DOUBLE) / NULLIF(1 + CAST(3.84145882 AS DOUBLE) / NULLIF(user_count.accesses, 0), 0) AS share_lower
  FROM user_count
  INNER JOIN force_share
    ON user_count.system = force_share.system
), frequent_access AS (
  SELECT
    access.access_id,
    access.user_id,
    access.system,
    access.subject_id,
    NULLIF(LOWER(TRIM(REGEXP_REPLACE(access.reason, '[^\\p{L}\\p{M}\\p{N}]+', ' '))), '') AS reason
  FROM access
  SEMI JOIN first_access
    ON access.user_id = first_access.user_id
    AND access.subject_id = first_access.subject_id
    AND first_access.accesses >= :same_reason_accesses
), repeated AS (
  SELECT
    user_id,
    system,
    subject_id,
    reason
  FROM frequent_access
  WHERE
    NOT reason IS NULL
  GROUP BY
    user_id,
    system,
    subject_id,
    reason
  HAVING
    COUNT(*) >= :same_reason_accesses
), repeated_access AS (
  SELECT
    frequent_access.access_id,
    frequent_access.user_id,
    frequent_access.system,
    frequent_access.subject_id,
    frequent_access.reason
  FROM frequent_access
  INNER JOIN repeated
    ON frequent_access.user_id = repeated.user_id
    AND frequent_access.system = repeated.system
    AND frequent_access.subject_id = repeated.subject_id
    AND frequent_access.reason = repeated.reason
), same_text AS (
  SELECT
    repeated_access.access_id,
    repeated_access.user_id,
    repeated_access.system,
    COUNT(*) OVER (
      PARTITION BY repeated_access.user_id, repeated_access.system, repeated_access.subject_id, repeated_access.reason
    ) AS accesses
  FROM repeated_access
  LEFT JOIN explanation
    ON repeated_access.access_id = explanation.access_id
  WHERE
    COALESCE(explanation.strength, 'none') <> 'full'
), striking AS (
  SELECT
    user_id,
    system
  FROM bounded
  WHERE
    accesses >= :min_accesses
    AND share_lower > :min_share
    AND share_lower > :times_force * force_share
), cited AS (
  SELECT
    reason_quality.access_id,
    reason_quality.user_id,
    reason_quality.system,
    FALSE AS same_reason
  FROM reason_quality
  INNER JOIN striking
    ON reason_quality.user_id = striking.user_id
    AND reason_quality.system = striking.system
  LEFT JOIN generic
    ON reason_quality.reason = generic.reason
  WHERE
    CASE
      WHEN NOT reason_quality.code_stands IS NULL AND NOT reason_quality.code_stands
      THEN TRUE
      WHEN reason_quality.reason IS NULL
      THEN reason_quality.code_stands IS NULL
      WHEN LENGTH(reason_quality.reason) < 3
      THEN TRUE
      ELSE NOT generic.reason IS NULL
    END
  UNION ALL
  SELECT
    access_id,
    user_id,
    system,
    TRUE AS same_reason
  FROM same_text
  WHERE
    accesses >= :same_reason_accesses
), distinct_cited AS (
  SELECT
    access_id,
    user_id,
    system,
    BOOL_OR(same_reason) AS same_reason
  FROM cited
  GROUP BY
    access_id,
    user_id,
    system
)
SELECT
  distinct_cited.user_id,
  distinct_cited.system,
  CAST(NULL AS STRING) AS subject_id,
  distinct_cited.access_id,
  TRUE AS counts,
  bounded.accesses,
  bounded.poor_reasons,
  CAST(ROUND(CAST(bounded.share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share,
  CAST(ROUND(CAST(100 * bounded.share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS percent,
  CAST(ROUND(CAST(bounded.share_lower AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS share_lower,
  CAST(ROUND(CAST(bounded.force_share AS DOUBLE) * 1E4) AS DOUBLE) / 1E4 AS force_share,
  CAST(ROUND(CAST(100 * bounded.force_share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS force_percent,
  SUM(CASE WHEN distinct_cited.same_reason THEN 1 ELSE 0 END) OVER (PARTITION BY distinct_cited.user_id, distinct_cited.system) AS same_reason_accesses
FROM distinct_cited
INNER JOIN bounded
  ON distinct_cited.user_id = bounded.user_id
  AND distinct_cited.system = bounded.system
ORDER BY
  distinct_cited.user_id NULLS LAST,
  distinct_cited.system NULLS LAST,
  distinct_cited.access_id NULLS LAST
