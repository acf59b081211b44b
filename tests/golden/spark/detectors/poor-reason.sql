WITH generic AS (
  SELECT DISTINCT
    listed.reason
  FROM (
    SELECT
      EXPLODE(:generic_reasons) AS reason
  ) AS listed
), judged AS (
  SELECT
    reason_count.user_id,
    reason_count.system,
    reason_count.accesses,
    CASE
      WHEN NOT reason_count.code_stands IS NULL AND NOT reason_count.code_stands
      THEN TRUE
      WHEN reason_count.longer
      THEN FALSE
      WHEN reason_count.reason IS NULL
      THEN reason_count.code_stands IS NULL
      WHEN LENGTH(reason_count.reason) < 3
      THEN TRUE
      ELSE NOT generic.reason IS NULL
    END AS poor
  FROM reason_count
  LEFT JOIN generic
    ON reason_count.reason = generic.reason
), long_generic AS (
  SELECT
    reason
  FROM generic
  WHERE
    LENGTH(reason) > 24 OR SIZE(SPLIT(reason, CONCAT('\\Q', ' ', '\\E'))) > 2
), long_count AS (
  SELECT
    reason_quality.user_id,
    reason_quality.system,
    COUNT(*) AS poor_reasons
  FROM long_generic
  INNER JOIN reason_quality
    ON long_generic.reason = reason_quality.reason
  WHERE
    COALESCE(reason_quality.code_stands, TRUE)
  GROUP BY
    reason_quality.user_id,
    reason_quality.system
), kept_count AS (
  SELECT
    user_id,
    system,
    CAST(SUM(accesses) AS BIGINT) AS accesses,
    CAST(SUM(CASE WHEN poor THEN accesses ELSE 0 END) AS BIGINT) AS poor_reasons
  FROM judged
  GROUP BY
    user_id,
    system
), poor_count AS (
  SELECT
    kept_count.user_id,
    kept_count.system,
    kept_count.accesses,
    kept_count.poor_reasons + COALESCE(long_count.poor_reasons, 0) AS poor_reasons
  FROM kept_count
  LEFT JOIN long_count
    ON kept_count.user_id = long_count.user_id AND kept_count.system = long_count.system
), user_count AS (
  SELECT
    user_id,
    system,
    accesses,
    poor_reasons,
    CAST(poor_reasons AS DOUBLE) / NULLIF(CAST(accesses AS DOUBLE), 0) AS share
  FROM poor_count
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
), striking AS (
  SELECT
    user_id,
    system
  FROM bounded
  WHERE
    accesses >= :min_accesses
    AND share_lower > :min_share
    AND share_lower > :times_force * force_share
), struck AS (
  SELECT
    access.access_id,
    access.user_id,
    access.system,
    access.reason_code,
    NOT access.reference IS NULL
    OR COALESCE(ARRAY_CONTAINS(ARRAY_COMPACT(access.masked), 'reference'), FALSE) AS quoting,
    COALESCE(
      ARRAY_CONTAINS(ARRAY_COMPACT(access.masked), 'reason')
      OR ARRAY_CONTAINS(ARRAY_COMPACT(access.masked), 'reason_code'),
      FALSE
    ) AS hidden,
    NULLIF(LOWER(TRIM(REGEXP_REPLACE(access.reason, '[^\\p{L}\\p{M}\\p{N}]+', ' '))), '') AS reason
  FROM access
  SEMI JOIN striking
    ON access.user_id = striking.user_id AND access.system = striking.system
), known AS (
  SELECT
    COUNT(*) AS codes
  FROM reason_rule
), general AS (
  SELECT
    code,
    stands_quoting,
    stands_alone
  FROM reason_rule
  WHERE
    system IS NULL
), coded AS (
  SELECT
    struck.access_id,
    struck.user_id,
    struck.system,
    struck.reason,
    struck.hidden,
    CASE
      WHEN struck.reason_code IS NULL OR known.codes = 0
      THEN NULL
      WHEN NOT struck.quoting
      THEN COALESCE(reason_rule.stands_alone, FALSE)
      OR COALESCE(general.stands_alone, FALSE)
      ELSE COALESCE(reason_rule.stands_quoting, FALSE)
      OR COALESCE(general.stands_quoting, FALSE)
    END AS code_stands
  FROM struck
  CROSS JOIN known
  LEFT JOIN reason_rule
    ON struck.reason_code = reason_rule.code AND struck.system = reason_rule.system
  LEFT JOIN general
    ON struck.reason_code = general.code
), cited AS (
  SELECT
    coded.access_id,
    coded.user_id,
    coded.system,
    FALSE AS same_reason
  FROM coded
  LEFT JOIN generic
    ON coded.reason = generic.reason
  WHERE
    CASE
      WHEN NOT coded.code_stands IS NULL AND NOT coded.code_stands
      THEN TRUE
      WHEN coded.reason IS NULL
      THEN coded.code_stands IS NULL AND NOT coded.hidden
      WHEN LENGTH(coded.reason) < 3
      THEN TRUE
      ELSE NOT generic.reason IS NULL
    END
  UNION ALL
  SELECT
    access_id,
    user_id,
    system,
    TRUE AS same_reason
  FROM repeated_reason
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
), same_count AS (
  SELECT
    user_id,
    system,
    SUM(CASE WHEN same_reason THEN 1 ELSE 0 END) AS accesses
  FROM distinct_cited
  GROUP BY
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
  same_count.accesses AS same_reason_accesses,
  CASE
    WHEN striking.user_id IS NULL
    THEN ''
    ELSE CAST(bounded.poor_reasons AS STRING) || ' of ' || CAST(bounded.accesses AS STRING) || ' accesses without a usable reason (' || CAST(CAST(CAST(ROUND(CAST(100 * bounded.share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS DECIMAL(18, 1)) AS STRING) || ' %, against ' || CAST(CAST(CAST(ROUND(CAST(100 * bounded.force_share AS DOUBLE) * 1E1) AS DOUBLE) / 1E1 AS DECIMAL(18, 1)) AS STRING) || ' % in the force)'
  END || CASE
    WHEN NOT striking.user_id IS NULL AND same_count.accesses > 0
    THEN ', and '
    ELSE ''
  END || CASE
    WHEN same_count.accesses = 0
    THEN ''
    ELSE CAST(same_count.accesses AS STRING) || ' of ' || CAST(bounded.accesses AS STRING) || ' accesses under one reason given again and again for the same subject'
  END AS reason_words
FROM distinct_cited
INNER JOIN bounded
  ON distinct_cited.user_id = bounded.user_id
  AND distinct_cited.system = bounded.system
INNER JOIN same_count
  ON distinct_cited.user_id = same_count.user_id
  AND distinct_cited.system = same_count.system
LEFT JOIN striking
  ON distinct_cited.user_id = striking.user_id
  AND distinct_cited.system = striking.system
ORDER BY
  distinct_cited.user_id NULLS LAST,
  distinct_cited.system NULLS LAST,
  distinct_cited.access_id NULLS LAST
