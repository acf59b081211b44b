SELECT
  judgeable_access.*
FROM judgeable_access
ANTI JOIN explanation
  ON judgeable_access.access_id = explanation.access_id
