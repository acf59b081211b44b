WITH pair AS (
  SELECT DISTINCT
    user_id,
    subject_id
  FROM contact
), look_up AS (
  SELECT
    personal_access.user_id,
    personal_access.subject_id,
    personal_access.access_id,
    personal_access.occurred_at,
    personal_access.strength,
    personal_access.explanation_reference
  FROM personal_access
  SEMI JOIN pair
    ON personal_access.user_id = pair.user_id
    AND personal_access.subject_id = pair.subject_id
), bound AS (
  SELECT
    pair.user_id,
    pair.subject_id,
    incident_staff.reference,
    TRUE AS own
  FROM pair
  INNER JOIN incident_holds
    ON pair.subject_id = incident_holds.subject_id
  INNER JOIN incident_staff
    ON incident_holds.reference = incident_staff.reference
    AND pair.user_id = incident_staff.user_id
  UNION
  SELECT
    user_id,
    subject_id,
    explanation_reference AS reference,
    TRUE AS own
  FROM look_up
  WHERE
    NOT strength IS NULL
  UNION
  SELECT
    pair.user_id,
    pair.subject_id,
    incident.reference,
    FALSE AS own
  FROM pair
  INNER JOIN incident_holds
    ON pair.subject_id = incident_holds.subject_id
  INNER JOIN incident
    ON incident_holds.reference = incident.reference
  INNER JOIN user_position
    ON pair.user_id = user_position.user_id AND incident.unit = user_position.unit
), contact_state AS (
  SELECT
    contact.contact_id,
    contact.user_id,
    contact.subject_id,
    contact.occurred_at,
    COALESCE(contact.device, '') = 'personal' AS personal,
    NOT COALESCE(LOWER(contact.direction), '') IN ('in', 'inbound', 'incoming', 'received') AS begun,
    COALESCE(BOOL_OR(bound.own AND incident.opened_at <= contact.occurred_at), FALSE) AS once_bound,
    COALESCE(
      BOOL_OR(
        incident.opened_at <= contact.occurred_at
        AND (
          incident.closed_at IS NULL
          OR incident.closed_at + :grace_days * INTERVAL '1' DAY >= contact.occurred_at
        )
      ),
      FALSE
    ) AS still_bound
  FROM contact
  LEFT JOIN bound
    ON contact.user_id = bound.user_id AND contact.subject_id = bound.subject_id
  LEFT JOIN incident
    ON bound.reference = incident.reference
  GROUP BY
    contact.contact_id,
    contact.user_id,
    contact.subject_id,
    contact.occurred_at,
    contact.device,
    contact.direction
), suspect AS (
  SELECT
    contact_id,
    user_id,
    subject_id,
    occurred_at,
    personal,
    still_bound,
    once_bound AND NOT still_bound AS after_closure
  FROM contact_state
  WHERE
    personal OR (
      begun AND once_bound AND NOT still_bound
    )
), preceded AS (
  SELECT
    look_up.user_id,
    look_up.subject_id,
    look_up.access_id,
    look_up.occurred_at AS looked_up_at,
    look_up.strength,
    suspect.contact_id,
    suspect.occurred_at AS contact_at,
    suspect.personal,
    suspect.still_bound,
    suspect.after_closure,
    CAST(look_up.occurred_at + COALESCE(look_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE) AS looked_up_date,
    CAST(suspect.occurred_at + COALESCE(contact_clock.hours_ahead, 0) * INTERVAL '1' HOUR AS DATE) AS contact_date
  FROM suspect
  INNER JOIN look_up
    ON suspect.user_id = look_up.user_id
    AND suspect.subject_id = look_up.subject_id
    AND look_up.occurred_at <= suspect.occurred_at
    AND look_up.occurred_at >= suspect.occurred_at - :days * INTERVAL '1' DAY
  LEFT JOIN local_clock AS look_clock
    ON (
      look_clock.first_day IS NULL
      OR CAST(look_up.occurred_at AS DATE) >= look_clock.first_day
    )
    AND (
      look_clock.until_day IS NULL
      OR CAST(look_up.occurred_at AS DATE) < look_clock.until_day
    )
  LEFT JOIN local_clock AS contact_clock
    ON (
      contact_clock.first_day IS NULL
      OR CAST(suspect.occurred_at AS DATE) >= contact_clock.first_day
    )
    AND (
      contact_clock.until_day IS NULL
      OR CAST(suspect.occurred_at AS DATE) < contact_clock.until_day
    )
), counted AS (
  SELECT
    preceded.user_id,
    preceded.subject_id,
    COUNT(DISTINCT preceded.contact_id) AS contacts,
    COUNT(DISTINCT preceded.contact_id) FILTER(WHERE
      preceded.personal) AS personal_contacts,
    COUNT(DISTINCT preceded.contact_id) FILTER(WHERE
      preceded.after_closure) AS after_closure_contacts,
    MIN(preceded.contact_at) AS first_contact_at,
    MAX(preceded.contact_at) AS last_contact_at,
    MIN(preceded.looked_up_date) AS first_look_date,
    MAX(preceded.looked_up_date) AS last_look_date,
    MIN(preceded.contact_date) AS first_contact_date,
    MAX(preceded.contact_date) AS last_contact_date,
    MIN(
      CAST(FLOOR(UNIX_TIMESTAMP(preceded.contact_at)) AS DOUBLE) - CAST(FLOOR(UNIX_TIMESTAMP(preceded.looked_up_at)) AS DOUBLE)
    ) AS least_seconds,
    BOOL_AND(preceded.still_bound) AS within_case,
    BOOL_OR(preceded.strength IS NULL OR preceded.strength <> 'full') AS any_not_explained
  FROM preceded
  GROUP BY
    preceded.user_id,
    preceded.subject_id
), near AS (
  SELECT DISTINCT
    user_id,
    subject_id
  FROM related_subject
  WHERE
    distance <= 1
    AND relation IN ('self', 'partner', 'family', 'household', 'own_vehicle', 'own_address')
)
SELECT DISTINCT
  preceded.user_id,
  preceded.subject_id,
  preceded.access_id,
  TRUE AS counts,
  CASE
    WHEN NOT near.user_id IS NULL
    THEN 'low'
    WHEN counted.within_case AND NOT counted.any_not_explained
    THEN 'medium'
    ELSE 'high'
  END AS level,
  CASE
    WHEN NOT near.user_id IS NULL
    THEN 6
    WHEN counted.within_case AND NOT counted.any_not_explained
    THEN 22
    ELSE 34
  END AS points,
  counted.contacts,
  counted.personal_contacts,
  counted.after_closure_contacts,
  CASE
    WHEN counted.first_look_date = counted.last_look_date
    THEN 'on ' || CAST(counted.first_look_date AS STRING)
    ELSE 'between ' || CAST(counted.first_look_date AS STRING) || ' and ' || CAST(counted.last_look_date AS STRING)
  END AS looked_up_on,
  CASE
    WHEN counted.first_contact_date = counted.last_contact_date
    THEN 'on ' || CAST(counted.first_contact_date AS STRING)
    ELSE 'between ' || CAST(counted.first_contact_date AS STRING) || ' and ' || CAST(counted.last_contact_date AS STRING)
  END AS contacted_on,
  CASE
    WHEN counted.personal_contacts = counted.contacts
    AND counted.after_closure_contacts = counted.contacts
    THEN 'by a personal device and more than ' || CAST(:grace_days AS STRING) || ' days after the case was closed'
    WHEN counted.personal_contacts = counted.contacts
    AND counted.after_closure_contacts = 0
    THEN 'by a personal device'
    WHEN counted.personal_contacts = counted.contacts
    THEN 'by a personal device, ' || CAST(counted.after_closure_contacts AS STRING) || ' of them more than ' || CAST(:grace_days AS STRING) || ' days after the case was closed'
    WHEN counted.personal_contacts = 0
    THEN 'more than ' || CAST(:grace_days AS STRING) || ' days after the case was closed'
    ELSE CAST(counted.personal_contacts AS STRING) || ' of them by a personal device and ' || CAST(counted.after_closure_contacts AS STRING) || ' more than ' || CAST(:grace_days AS STRING) || ' days after the case was closed'
  END AS contact_words,
  CASE
    WHEN counted.least_seconds < 86400
    THEN 'within a day of'
    ELSE CAST(CAST(CAST(FLOOR(counted.least_seconds / 86400) AS DOUBLE) AS BIGINT) AS STRING) || ' days after'
  END AS soonest,
  counted.first_contact_at,
  counted.last_contact_at,
  CAST(CAST(FLOOR(counted.least_seconds / 86400) AS DOUBLE) AS BIGINT) AS days_to_contact,
  counted.within_case
FROM preceded
INNER JOIN counted
  ON preceded.user_id = counted.user_id AND preceded.subject_id = counted.subject_id
LEFT JOIN near
  ON preceded.user_id = near.user_id AND preceded.subject_id = near.subject_id
ORDER BY
  preceded.user_id NULLS LAST,
  preceded.subject_id NULLS LAST,
  preceded.access_id NULLS LAST
