SELECT
  code,
  system,
  BOOL_OR(COALESCE(valid, TRUE)) AS stands_quoting,
  BOOL_OR(COALESCE(valid, TRUE) AND NOT COALESCE(needs_reference, FALSE)) AS stands_alone
FROM reason_code
GROUP BY
  code,
  system
