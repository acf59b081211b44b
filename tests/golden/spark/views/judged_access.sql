SELECT
  judgeable_access.*,
  CASE explanation.strength
    WHEN 'full'
    THEN 'explained'
    WHEN 'weak'
    THEN 'weak'
    ELSE 'unexplained'
  END AS state,
  explanation.explanation,
  explanation.reference AS explanation_reference
FROM judgeable_access
LEFT JOIN explanation
  ON judgeable_access.access_id = explanation.access_id
