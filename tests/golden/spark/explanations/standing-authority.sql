SELECT
  access_id,
  authority_id AS reference
FROM target_authorised
WHERE
  NOT linked
