-- id = "incident_act"
-- title = "Accesses by which something is done about an incident"
-- description = "Accesses that disseminate, assess, notify, assign or close, with subject and quoted reference."
-- reads = ["access"]
-- partition = ["user_id", "subject_id"]
--
-- Few of all accesses do any of it.
SELECT
    user_id,
    subject_id,
    reference,
    occurred_at,
    list_contains(actions, 'disseminate')
    OR list_contains(actions, 'assess')
    OR list_contains(actions, 'notify')
    OR list_contains(actions, 'assign') AS is_action,
    list_contains(actions, 'close') AS is_close
FROM access
WHERE
    (subject_id IS NOT NULL OR reference IS NOT NULL)
    AND (
        list_contains(actions, 'disseminate')
        OR list_contains(actions, 'assess')
        OR list_contains(actions, 'notify')
        OR list_contains(actions, 'assign')
        OR list_contains(actions, 'close')
    )
