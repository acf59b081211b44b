-- The common work in SQL, after loading: what DuckDB, SQLite and Spark run, each with its own loader and its own way to keep a step.
--
-- Times are whole seconds since 1970 in UTC, so that one text means the same in all three. `-- table` is kept and read by several
-- steps (with its index, for SQLite), `-- view` is read by one or two. The nine explanations and the three detectors are Access
-- Audit's, at their defaults, written as one plans them by hand: what is fully explained by itself leaves before links are followed.

-- table link (subject_id)
SELECT subject_id, linked_id, starts, ends FROM subject_link
WHERE relation IN ('keeper', 'occupant', 'phone_user', 'alias')
UNION
SELECT linked_id AS subject_id, subject_id AS linked_id, starts, ends FROM subject_link
WHERE relation IN ('keeper', 'occupant', 'phone_user', 'alias')

-- table holder (event_id)
SELECT event.event_id, account.user_id, CASE WHEN account.system IS NULL THEN 0 ELSE 1 END AS own_system
FROM event
INNER JOIN account
    ON event.account = account.account AND (account.system IS NULL OR event.system = account.system)
    AND (account.starts IS NULL OR event.occurred >= account.starts)
    AND (account.ends IS NULL OR event.occurred < account.ends)
WHERE event.user_id IS NULL

-- table account_user (event_id)
SELECT holder.event_id, min(holder.user_id) AS user_id
FROM holder
INNER JOIN (SELECT event_id, max(own_system) AS own_system FROM holder GROUP BY event_id) AS nearest
    ON holder.event_id = nearest.event_id AND holder.own_system = nearest.own_system
GROUP BY holder.event_id
HAVING count(DISTINCT holder.user_id) = 1

-- table person (event_id)
SELECT
    event.event_id, coalesce(event.user_id, account_user.user_id) AS user_id, event.system, event.workstation,
    event.parent_event_id, event.action, event.subject_kind, event.subject_id, event.reference, event.occurred, event.local_date
FROM event
LEFT JOIN account_user ON event.event_id = account_user.event_id

-- table near
SELECT * FROM (
    SELECT
        event_id, user_id, workstation, subject_id, occurred,
        lag(event_id) OVER (PARTITION BY user_id ORDER BY occurred, event_id) AS earlier_id,
        lag(workstation) OVER (PARTITION BY user_id ORDER BY occurred, event_id) AS earlier_workstation,
        lag(subject_id) OVER (PARTITION BY user_id ORDER BY occurred, event_id) AS earlier_subject,
        lag(occurred) OVER (PARTITION BY user_id ORDER BY occurred, event_id) AS earlier
    FROM person
    WHERE user_id IS NOT NULL
) AS ordered
WHERE earlier >= occurred - 5

-- view elsewhere
SELECT * FROM (
    SELECT
        near.event_id, near.subject_id, near.occurred, back.event_id AS earlier_id, back.subject_id AS earlier_subject,
        row_number() OVER (PARTITION BY near.event_id ORDER BY back.occurred DESC, back.event_id DESC) AS place
    FROM near
    INNER JOIN person AS back
        ON near.user_id = back.user_id AND back.occurred >= near.occurred - 5
        AND (back.occurred < near.occurred OR (back.occurred = near.occurred AND back.event_id < near.event_id))
        AND (back.workstation IS NULL OR back.workstation = near.workstation)
    WHERE near.workstation <> near.earlier_workstation
) AS placed
WHERE place = 1

-- table before_it
SELECT event_id, subject_id, occurred, earlier_id, earlier_subject FROM near
WHERE workstation IS NULL OR earlier_workstation IS NULL OR workstation = earlier_workstation
UNION ALL
SELECT event_id, subject_id, occurred, earlier_id, earlier_subject FROM elsewhere

-- table edge
SELECT event_id, earlier_id FROM before_it
WHERE subject_id IS NULL OR earlier_subject IS NULL OR subject_id = earlier_subject
UNION
SELECT before_it.event_id, before_it.earlier_id
FROM before_it
INNER JOIN link
    ON before_it.subject_id = link.subject_id AND before_it.earlier_subject = link.linked_id
    AND (link.starts IS NULL OR before_it.occurred >= link.starts) AND (link.ends IS NULL OR before_it.occurred < link.ends)
UNION
SELECT child.event_id, parent.event_id AS earlier_id
FROM person AS child
INNER JOIN person AS parent ON child.parent_event_id = parent.event_id AND child.user_id = parent.user_id
WHERE child.parent_event_id <> child.event_id

-- table node (event_id)
SELECT
    person.event_id, person.user_id, person.system, person.action, person.subject_kind, person.subject_id, person.reference,
    person.occurred, person.local_date, row_number() OVER (ORDER BY person.occurred, person.event_id) AS node
FROM person
INNER JOIN (SELECT event_id FROM edge UNION SELECT earlier_id AS event_id FROM edge) AS member
    ON person.event_id = member.event_id

-- table pair (other)
SELECT later.node, earlier.node AS other
FROM edge
INNER JOIN node AS later ON edge.event_id = later.event_id
INNER JOIN node AS earlier ON edge.earlier_id = earlier.event_id
UNION
SELECT earlier.node, later.node AS other
FROM edge
INNER JOIN node AS later ON edge.event_id = later.event_id
INNER JOIN node AS earlier ON edge.earlier_id = earlier.event_id
UNION
SELECT node, node AS other FROM node

-- settle member (node)
SELECT nearest.node, CASE WHEN leap.act < nearest.act THEN leap.act ELSE nearest.act END AS act
FROM (
    SELECT pair.node, min(member.act) AS act FROM pair INNER JOIN member ON pair.other = member.node GROUP BY pair.node
) AS nearest
INNER JOIN member AS leap ON nearest.act = leap.node

-- table numbered (node)
SELECT
    member.act, node.*,
    CASE node.action
        WHEN 'delete' THEN 1 WHEN 'amend' THEN 2 WHEN 'create' THEN 3 WHEN 'disclose' THEN 4 WHEN 'export' THEN 5
        WHEN 'print' THEN 6 ELSE 7
    END * 1000000000000 + node.node AS gravity
FROM member
INNER JOIN node ON member.node = node.node

-- view act
SELECT
    act, min(node) AS first_node, min(gravity) % 1000000000000 AS action_node,
    min(CASE WHEN subject_id IS NOT NULL THEN node END) AS subject_node,
    min(CASE WHEN reference IS NOT NULL THEN node END) AS reference_node
FROM numbered
GROUP BY act

-- table access (event_id)
SELECT event_id, user_id, system, action, subject_kind, subject_id, reference, occurred, local_date FROM person
WHERE NOT EXISTS (SELECT 1 FROM node WHERE node.event_id = person.event_id)
UNION ALL
SELECT
    first.event_id, first.user_id, first.system, gravest.action, subject.subject_kind, subject.subject_id, quoted.reference,
    first.occurred, first.local_date
FROM act
INNER JOIN numbered AS first ON act.first_node = first.node
INNER JOIN numbered AS gravest ON act.action_node = gravest.node
LEFT JOIN numbered AS subject ON act.subject_node = subject.node
LEFT JOIN numbered AS quoted ON act.reference_node = quoted.node

-- table holds (reference, subject_id)
SELECT reference, subject_id FROM incident_subject
UNION
SELECT reference, reference AS subject_id FROM incident

-- table assigned (user_id, subject_id)
SELECT DISTINCT
    incident_staff.user_id, holds.subject_id, incident.reference, incident.opened,
    coalesce(incident_staff.starts, incident.opened) AS starts, coalesce(incident_staff.ends, incident.closed) AS ends
FROM incident_staff
INNER JOIN incident ON incident_staff.reference = incident.reference
INNER JOIN holds ON incident_staff.reference = holds.reference

-- view alone_on
SELECT reference, min(user_id) AS user_id FROM incident_staff GROUP BY reference HAVING count(DISTINCT user_id) = 1

-- table covering (user_id, subject_id, reference)
SELECT DISTINCT alone_on.user_id, holds.subject_id, incident.reference
FROM alone_on
INNER JOIN incident ON alone_on.reference = incident.reference
INNER JOIN holds ON alone_on.reference = holds.reference
INNER JOIN access
    ON alone_on.user_id = access.user_id AND holds.subject_id = access.subject_id
    AND access.occurred >= incident.opened - 2592000 AND access.occurred < incident.opened - 86400

-- table assignment (user_id, subject_id)
SELECT assigned.user_id, assigned.subject_id, assigned.starts, assigned.ends, covering.reference IS NOT NULL AS covers
FROM assigned
LEFT JOIN covering
    ON assigned.user_id = covering.user_id AND assigned.subject_id = covering.subject_id
    AND assigned.reference = covering.reference

-- view covered
SELECT
    user_id, starts,
    max(coalesce(ends, 253370764800)) OVER (
        PARTITION BY user_id ORDER BY starts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS until,
    lead(starts) OVER (PARTITION BY user_id ORDER BY starts) AS next
FROM posting

-- view position
SELECT posting.user_id, posting.unit, coalesce(posting.role, staff.role) AS role, posting.starts, posting.ends
FROM posting
LEFT JOIN staff ON posting.user_id = staff.user_id
UNION ALL
SELECT staff.user_id, NULL AS unit, staff.role, NULL AS starts, min(posting.starts) AS ends
FROM staff
LEFT JOIN posting ON staff.user_id = posting.user_id
GROUP BY staff.user_id, staff.role
UNION ALL
SELECT covered.user_id, NULL AS unit, staff.role, covered.until AS starts, covered.next AS ends
FROM covered
INNER JOIN staff ON covered.user_id = staff.user_id
WHERE covered.until < 253370764800 AND (covered.next IS NULL OR covered.until < covered.next)

-- table authorised (user_id)
SELECT
    position.user_id, authority.system, authority.action, authority.subject_kind,
    CASE WHEN authority.starts > position.starts OR position.starts IS NULL THEN authority.starts ELSE position.starts END AS starts,
    CASE WHEN authority.ends < position.ends OR position.ends IS NULL THEN authority.ends ELSE position.ends END AS ends
FROM authority
INNER JOIN position
    ON (authority.user_id IS NULL OR authority.user_id = position.user_id)
    AND (authority.role IS NULL OR authority.role = position.role) AND (authority.unit IS NULL OR authority.unit = position.unit)
WHERE authority.role IS NOT NULL OR authority.unit IS NOT NULL
UNION ALL
SELECT user_id, system, action, subject_kind, starts, ends FROM authority
WHERE user_id IS NOT NULL AND role IS NULL AND unit IS NULL

-- view judged
SELECT * FROM access
WHERE user_id IS NOT NULL AND subject_id IS NOT NULL AND occurred <= (SELECT max(opened) + 129600 FROM incident)

-- view own_target
SELECT event_id, user_id, system, action, occurred, reference, subject_kind, subject_id FROM judged

-- view full_by_itself
SELECT target.event_id FROM own_target AS target
INNER JOIN assignment AS held ON target.user_id = held.user_id AND target.subject_id = held.subject_id
WHERE target.occurred >= held.starts - 86400 AND (held.ends IS NULL OR target.occurred < held.ends + 1209600) AND NOT held.covers
UNION
SELECT target.event_id FROM own_target AS target
INNER JOIN incident ON target.reference = incident.reference
INNER JOIN holds ON target.reference = holds.reference AND target.subject_id = holds.subject_id
WHERE
    target.occurred >= incident.opened - 86400 AND (incident.closed IS NULL OR target.occurred < incident.closed + 1209600)
    AND (
        EXISTS (
            SELECT 1 FROM incident_staff
            WHERE incident_staff.reference = target.reference AND incident_staff.user_id = target.user_id
        )
        OR EXISTS (
            SELECT 1 FROM posting
            WHERE
                posting.user_id = target.user_id AND posting.unit = incident.unit AND target.occurred >= posting.starts
                AND (posting.ends IS NULL OR target.occurred < posting.ends)
        )
    )
UNION
SELECT target.event_id FROM own_target AS target
INNER JOIN authorised ON target.user_id = authorised.user_id
    AND (authorised.system IS NULL OR target.system = authorised.system)
    AND (authorised.action IS NULL OR target.action = authorised.action)
    AND (authorised.subject_kind IS NULL OR target.subject_kind = authorised.subject_kind)
    AND (authorised.starts IS NULL OR target.occurred >= authorised.starts)
    AND (authorised.ends IS NULL OR target.occurred < authorised.ends)

-- table not_by_itself (event_id)
SELECT * FROM judged WHERE event_id NOT IN (SELECT event_id FROM full_by_itself)

-- table linked_target (user_id, subject_id)
SELECT
    open.event_id, open.user_id, open.system, open.action, open.occurred, open.reference, subject.subject_kind,
    link.linked_id AS subject_id
FROM not_by_itself AS open
INNER JOIN link
    ON open.subject_id = link.subject_id AND (link.starts IS NULL OR open.occurred >= link.starts)
    AND (link.ends IS NULL OR open.occurred < link.ends)
LEFT JOIN subject ON link.linked_id = subject.subject_id

-- view full_by_link
SELECT target.event_id FROM linked_target AS target
INNER JOIN assignment AS held ON target.user_id = held.user_id AND target.subject_id = held.subject_id
WHERE target.occurred >= held.starts - 86400 AND (held.ends IS NULL OR target.occurred < held.ends + 1209600) AND NOT held.covers
UNION
SELECT target.event_id FROM linked_target AS target
INNER JOIN incident ON target.reference = incident.reference
INNER JOIN holds ON target.reference = holds.reference AND target.subject_id = holds.subject_id
WHERE
    target.occurred >= incident.opened - 86400 AND (incident.closed IS NULL OR target.occurred < incident.closed + 1209600)
    AND (
        EXISTS (
            SELECT 1 FROM incident_staff
            WHERE incident_staff.reference = target.reference AND incident_staff.user_id = target.user_id
        )
        OR EXISTS (
            SELECT 1 FROM posting
            WHERE
                posting.user_id = target.user_id AND posting.unit = incident.unit AND target.occurred >= posting.starts
                AND (posting.ends IS NULL OR target.occurred < posting.ends)
        )
    )
UNION
SELECT target.event_id FROM linked_target AS target
INNER JOIN authorised ON target.user_id = authorised.user_id
    AND (authorised.system IS NULL OR target.system = authorised.system)
    AND (authorised.action IS NULL OR target.action = authorised.action)
    AND (authorised.subject_kind IS NULL OR target.subject_kind = authorised.subject_kind)
    AND (authorised.starts IS NULL OR target.occurred >= authorised.starts)
    AND (authorised.ends IS NULL OR target.occurred < authorised.ends)

-- table not_fully (event_id)
SELECT * FROM not_by_itself WHERE event_id NOT IN (SELECT event_id FROM full_by_link)

-- view weak_target
SELECT event_id, user_id, occurred, reference, subject_id FROM not_fully
UNION ALL
SELECT event_id, user_id, occurred, reference, subject_id FROM linked_target
WHERE event_id IN (SELECT event_id FROM not_fully)

-- view weak
SELECT target.event_id FROM weak_target AS target
INNER JOIN posting
    ON target.user_id = posting.user_id AND target.occurred >= posting.starts
    AND (posting.ends IS NULL OR target.occurred < posting.ends)
INNER JOIN holds ON target.subject_id = holds.subject_id
INNER JOIN incident ON holds.reference = incident.reference AND posting.unit = incident.unit
WHERE target.occurred >= incident.opened - 86400 AND (incident.closed IS NULL OR target.occurred < incident.closed + 1209600)
UNION
SELECT target.event_id FROM weak_target AS target
INNER JOIN incident ON target.reference = incident.reference
INNER JOIN holds ON target.reference = holds.reference AND target.subject_id = holds.subject_id
WHERE target.occurred >= incident.opened - 86400 AND (incident.closed IS NULL OR target.occurred < incident.closed + 1209600)
UNION
SELECT target.event_id FROM not_fully AS target
INNER JOIN assignment AS held ON target.user_id = held.user_id AND target.subject_id = held.subject_id
WHERE target.occurred >= held.starts - 86400 AND (held.ends IS NULL OR target.occurred < held.ends + 1209600) AND held.covers

-- table not_weak (user_id, subject_id)
SELECT * FROM not_fully WHERE event_id NOT IN (SELECT event_id FROM weak)

-- view re_entry
SELECT later.event_id FROM not_weak AS later
INNER JOIN judged AS earlier
    ON later.user_id = earlier.user_id AND later.subject_id = earlier.subject_id
    AND earlier.occurred < later.occurred AND earlier.occurred >= later.occurred - 86400
WHERE NOT EXISTS (SELECT 1 FROM not_fully WHERE not_fully.event_id = earlier.event_id)

-- table unexplained (user_id, subject_id)
SELECT * FROM not_weak WHERE event_id NOT IN (SELECT event_id FROM re_entry)

-- view repeated
SELECT unexplained.user_id, unexplained.subject_id, unexplained.event_id
FROM unexplained
INNER JOIN (
    SELECT user_id, subject_id FROM unexplained GROUP BY user_id, subject_id
    HAVING count(*) >= 3 AND count(DISTINCT local_date) >= 2
) AS often ON unexplained.user_id = often.user_id AND unexplained.subject_id = often.subject_id

-- view scope
SELECT warning_id, subject_id, NULL AS starts, NULL AS ends FROM warning WHERE subject_id IS NOT NULL
UNION
SELECT warning.warning_id, link.linked_id AS subject_id, link.starts, link.ends
FROM warning INNER JOIN link ON warning.subject_id = link.subject_id

-- table warned
SELECT warning.warning_id, warning.user_id, access.event_id, access.occurred >= warning.issued AS after_warning
FROM warning
INNER JOIN unexplained AS access
    ON warning.user_id = access.user_id AND (warning.system IS NULL OR warning.system = access.system)
WHERE warning.subject_id IS NULL AND (warning.expires IS NULL OR access.occurred < warning.expires)
UNION
SELECT warning.warning_id, warning.user_id, access.event_id, access.occurred >= warning.issued AS after_warning
FROM warning
INNER JOIN scope ON warning.warning_id = scope.warning_id
INNER JOIN unexplained AS access
    ON warning.user_id = access.user_id AND (warning.system IS NULL OR warning.system = access.system)
    AND scope.subject_id = access.subject_id AND (scope.starts IS NULL OR access.occurred >= scope.starts)
    AND (scope.ends IS NULL OR access.occurred < scope.ends)
WHERE warning.expires IS NULL OR access.occurred < warning.expires
UNION
SELECT warning.warning_id, warning.user_id, access.event_id, access.occurred >= warning.issued AS after_warning
FROM warning
INNER JOIN access ON warning.user_id = access.user_id AND warning.subject_id = access.subject_id
WHERE access.occurred >= warning.issued AND (warning.expires IS NULL OR access.occurred < warning.expires)

-- view after_warning
SELECT user_id, warning_id, event_id, after_warning FROM warned
WHERE warning_id IN (SELECT warning_id FROM warned WHERE after_warning)
