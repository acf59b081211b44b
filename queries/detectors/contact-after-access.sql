-- id = "contact-after-access"
-- title = "Private contact with somebody looked up"
-- description = "Contact from a personal device, or after the case was closed, with a subject whom the user had looked up within the days before."
-- level = "high"
-- status = "stable"
-- family = "pattern"
-- key = ["user_id", "subject_id"]
-- points = 34
-- summary = "{user_id} looked up {subject_id} {event_count} times {looked_up_on} and was in contact {contacts} times {contacted_on}, {contact_words}; the soonest came {soonest} a look-up"
-- reads = [
--     "contact", "incident", "incident_holds", "incident_staff", "local_clock", "personal_access", "related_subject",
--     "user_position",
-- ]
-- requires = ["contact"]
-- parameters.days = 30
-- parameters.grace_days = 14
-- references = [
--     "IPCC/ACPO 2012, case two: kept in touch with a teenager after the incident was over",
--     "IPCC/ACPO 2012, case five: searched for vulnerable people, then approached them",
--     "Lancashire 2016-17: contact with victims of domestic abuse, found by watching phones and systems together",
-- ]
-- tags = ["contact", "exploitation"]
-- falsepositives = [
--     "An officer without a work phone who rings a victim of a case in hand from his own: the level is medium there.",
--     "Someone close to the user anyway: the contact is then no news, and the level is low; the look-up is self-and-family's.",
-- ]
-- blind_spots = [
--     "Contact that no record of phones or messages holds: in person, or by an app.",
--     "A number passed on to somebody else.",
-- ]
-- triage = [
--     "Lay look-ups and contacts on one line of time: who began, at what hours, and how long after the look-up?",
--     "Protect the subject first: they may not know that the contact was not official.",
-- ]
--
-- Nobody needs a private phone for police work, and nobody's case goes on after it is closed. What makes a look-up grave is
-- what it was for. A contact counts from a personal device in either direction; from a work device only where the user
-- began it and every incident that once bound the two (that the user was assigned to, that explained the user's access, or
-- that the user's unit holds) ended more than grace_days before. A victim who is kept informed while the case is open,
-- by the work phone, is how it should be. What counts against the user are the look-ups within `days` before such a contact.
-- Look-ups and contacts may go on side by side; their first and last days, by the local clock, stand in the sentence.
-- `days_to_contact` is how many whole days lay between a look-up and a contact where they were nearest: 0 is less than a day.
WITH pair AS (
    SELECT DISTINCT
        user_id,
        subject_id
    FROM contact
),

look_up AS (
    SELECT
        personal_access.user_id,
        personal_access.subject_id,
        personal_access.access_id,
        personal_access.occurred_at,
        personal_access.strength,
        personal_access.explanation_reference
    FROM personal_access
    SEMI JOIN pair ON personal_access.user_id = pair.user_id AND personal_access.subject_id = pair.subject_id
),

-- Which incident gave the two anything to do with each other: TRUE where it did so for the user in person.
bound AS (
    SELECT
        pair.user_id,
        pair.subject_id,
        incident_staff.reference,
        TRUE AS own
    FROM pair
    INNER JOIN incident_holds ON pair.subject_id = incident_holds.subject_id
    INNER JOIN incident_staff
        ON incident_holds.reference = incident_staff.reference AND pair.user_id = incident_staff.user_id
    UNION
    SELECT
        user_id,
        subject_id,
        explanation_reference AS reference,
        TRUE AS own
    FROM look_up
    WHERE strength IS NOT NULL
    UNION
    SELECT
        pair.user_id,
        pair.subject_id,
        incident.reference,
        FALSE AS own
    FROM pair
    INNER JOIN incident_holds ON pair.subject_id = incident_holds.subject_id
    INNER JOIN incident ON incident_holds.reference = incident.reference
    INNER JOIN user_position ON pair.user_id = user_position.user_id AND incident.unit = user_position.unit
),

contact_state AS (
    SELECT
        contact.contact_id,
        contact.user_id,
        contact.subject_id,
        contact.occurred_at,
        coalesce(contact.device, '') = 'personal' AS personal,
        coalesce(lower(contact.direction), '') NOT IN ('in', 'inbound', 'incoming', 'received') AS begun,
        coalesce(bool_or(bound.own AND incident.opened_at <= contact.occurred_at), FALSE) AS once_bound,
        coalesce(bool_or(
            incident.opened_at <= contact.occurred_at
            AND (incident.closed_at IS NULL OR incident.closed_at + $grace_days * INTERVAL 1 DAY >= contact.occurred_at)
        ), FALSE) AS still_bound
    FROM contact
    LEFT JOIN bound ON contact.user_id = bound.user_id AND contact.subject_id = bound.subject_id
    LEFT JOIN incident ON bound.reference = incident.reference
    GROUP BY
        contact.contact_id, contact.user_id, contact.subject_id, contact.occurred_at, contact.device, contact.direction
),

suspect AS (
    SELECT
        contact_id,
        user_id,
        subject_id,
        occurred_at,
        personal,
        still_bound,
        once_bound AND NOT still_bound AS after_closure
    FROM contact_state
    WHERE personal OR (begun AND once_bound AND NOT still_bound)
),

preceded AS (
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
        CAST(look_up.occurred_at + coalesce(look_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE) AS looked_up_date,
        CAST(suspect.occurred_at + coalesce(contact_clock.hours_ahead, 0) * INTERVAL 1 HOUR AS DATE) AS contact_date
    FROM suspect
    INNER JOIN look_up
        ON
            suspect.user_id = look_up.user_id
            AND suspect.subject_id = look_up.subject_id
            AND look_up.occurred_at <= suspect.occurred_at
            AND look_up.occurred_at >= suspect.occurred_at - $days * INTERVAL 1 DAY
    LEFT JOIN local_clock AS look_clock
        ON
            (look_clock.first_day IS NULL OR CAST(look_up.occurred_at AS DATE) >= look_clock.first_day)
            AND (look_clock.until_day IS NULL OR CAST(look_up.occurred_at AS DATE) < look_clock.until_day)
    LEFT JOIN local_clock AS contact_clock
        ON
            (contact_clock.first_day IS NULL OR CAST(suspect.occurred_at AS DATE) >= contact_clock.first_day)
            AND (contact_clock.until_day IS NULL OR CAST(suspect.occurred_at AS DATE) < contact_clock.until_day)
),

counted AS (
    SELECT
        preceded.user_id,
        preceded.subject_id,
        count(DISTINCT preceded.contact_id) AS contacts,
        count(DISTINCT preceded.contact_id) FILTER (WHERE preceded.personal) AS personal_contacts,
        count(DISTINCT preceded.contact_id) FILTER (WHERE preceded.after_closure) AS after_closure_contacts,
        min(preceded.contact_at) AS first_contact_at,
        max(preceded.contact_at) AS last_contact_at,
        min(preceded.looked_up_date) AS first_look_date,
        max(preceded.looked_up_date) AS last_look_date,
        min(preceded.contact_date) AS first_contact_date,
        max(preceded.contact_date) AS last_contact_date,
        min(floor(epoch(preceded.contact_at)) - floor(epoch(preceded.looked_up_at))) AS least_seconds,
        bool_and(preceded.still_bound) AS within_case,
        bool_or(preceded.strength IS NULL OR preceded.strength <> 'full') AS any_not_explained
    FROM preceded
    GROUP BY preceded.user_id, preceded.subject_id
),

-- Those whom one calls anyway. Not a former partner: that is what it is about.
near AS (
    SELECT DISTINCT
        user_id,
        subject_id
    FROM related_subject
    WHERE distance <= 1 AND relation IN ('self', 'partner', 'family', 'household', 'own_vehicle', 'own_address')
)

SELECT DISTINCT
    preceded.user_id,
    preceded.subject_id,
    preceded.access_id,
    TRUE AS counts,
    CASE
        WHEN near.user_id IS NOT NULL THEN 'low'
        WHEN counted.within_case AND NOT counted.any_not_explained THEN 'medium'
        ELSE 'high'
    END AS level,
    CASE
        WHEN near.user_id IS NOT NULL THEN 6
        WHEN counted.within_case AND NOT counted.any_not_explained THEN 22
        ELSE 34
    END AS points,
    counted.contacts,
    counted.personal_contacts,
    counted.after_closure_contacts,
    CASE
        WHEN counted.first_look_date = counted.last_look_date
            THEN 'on ' || CAST(counted.first_look_date AS VARCHAR)
        ELSE
            'between ' || CAST(counted.first_look_date AS VARCHAR) || ' and ' || CAST(counted.last_look_date AS VARCHAR)
    END AS looked_up_on,
    CASE
        WHEN counted.first_contact_date = counted.last_contact_date
            THEN 'on ' || CAST(counted.first_contact_date AS VARCHAR)
        ELSE
            'between ' || CAST(counted.first_contact_date AS VARCHAR)
            || ' and ' || CAST(counted.last_contact_date AS VARCHAR)
    END AS contacted_on,
    CASE
        WHEN counted.personal_contacts = counted.contacts AND counted.after_closure_contacts = counted.contacts
            THEN
                'by a personal device and more than '
                || CAST($grace_days AS VARCHAR) || ' days after the case was closed'
        WHEN counted.personal_contacts = counted.contacts AND counted.after_closure_contacts = 0
            THEN 'by a personal device'
        WHEN counted.personal_contacts = counted.contacts
            THEN
                'by a personal device, ' || CAST(counted.after_closure_contacts AS VARCHAR)
                || ' of them more than ' || CAST($grace_days AS VARCHAR) || ' days after the case was closed'
        WHEN counted.personal_contacts = 0
            THEN 'more than ' || CAST($grace_days AS VARCHAR) || ' days after the case was closed'
        ELSE
            CAST(counted.personal_contacts AS VARCHAR) || ' of them by a personal device and '
            || CAST(counted.after_closure_contacts AS VARCHAR) || ' more than ' || CAST($grace_days AS VARCHAR)
            || ' days after the case was closed'
    END AS contact_words,
    CASE
        WHEN counted.least_seconds < 86400 THEN 'within a day of'
        ELSE CAST(CAST(floor(counted.least_seconds / 86400) AS BIGINT) AS VARCHAR) || ' days after'
    END AS soonest,
    counted.first_contact_at,
    counted.last_contact_at,
    CAST(floor(counted.least_seconds / 86400) AS BIGINT) AS days_to_contact,
    counted.within_case
FROM preceded
INNER JOIN counted ON preceded.user_id = counted.user_id AND preceded.subject_id = counted.subject_id
LEFT JOIN near ON preceded.user_id = near.user_id AND preceded.subject_id = near.subject_id
ORDER BY preceded.user_id, preceded.subject_id, preceded.access_id
