-- id = "warning_topic"
-- title = "What a warning is about, as far as its words tell"
-- description = "One row for each warning and thing that its `about` names: a kind of subject, an action, people near, or a marker."
-- reads = ["warning"]
-- materialise = true
--
-- `about` is free text. English words that stand alone in it are read; what is not recognised yields no row. It never narrows what
-- counts after a warning: who is told off about his family and turns to strangers has not understood. It only tells how much of it
-- was the same thing again.
WITH topic_word AS (
    SELECT
        known.word,
        known.topic,
        known.value
    FROM (
        VALUES
        ('vehicle', 'subject_kind', 'vehicle'),
        ('vehicles', 'subject_kind', 'vehicle'),
        ('car', 'subject_kind', 'vehicle'),
        ('cars', 'subject_kind', 'vehicle'),
        ('plate', 'subject_kind', 'vehicle'),
        ('plates', 'subject_kind', 'vehicle'),
        ('address', 'subject_kind', 'address'),
        ('addresses', 'subject_kind', 'address'),
        ('phone', 'subject_kind', 'phone'),
        ('phones', 'subject_kind', 'phone'),
        ('telephone', 'subject_kind', 'phone'),
        ('incident', 'subject_kind', 'incident'),
        ('incidents', 'subject_kind', 'incident'),
        ('intelligence', 'subject_kind', 'intelligence'),
        ('custody', 'subject_kind', 'custody'),
        ('print', 'action', 'print'),
        ('printing', 'action', 'print'),
        ('export', 'action', 'export'),
        ('exporting', 'action', 'export'),
        ('disclosure', 'action', 'disclose'),
        ('disclosing', 'action', 'disclose'),
        ('himself', 'relation', 'near'),
        ('herself', 'relation', 'near'),
        ('themselves', 'relation', 'near'),
        ('own', 'relation', 'near'),
        ('family', 'relation', 'near'),
        ('relative', 'relation', 'near'),
        ('relatives', 'relation', 'near'),
        ('partner', 'relation', 'near'),
        ('spouse', 'relation', 'near'),
        ('wife', 'relation', 'near'),
        ('husband', 'relation', 'near'),
        ('neighbour', 'relation', 'near'),
        ('friends', 'relation', 'near'),
        ('vulnerable', 'marker', 'vulnerable'),
        ('risk', 'marker', 'vulnerable'),
        ('domestic', 'marker', 'domestic_abuse'),
        ('victims', 'marker', 'domestic_abuse'),
        ('minor', 'marker', 'minor'),
        ('minors', 'marker', 'minor'),
        ('children', 'marker', 'minor'),
        ('protected', 'marker', 'protected'),
        ('celebrity', 'marker', 'high_profile'),
        ('celebrities', 'marker', 'high_profile')
    ) AS known (word, topic, value)
),

spoken AS (
    SELECT
        warning_id,
        user_id,
        concat(' ', trim(regexp_replace(lower(about), '[^\p{L}]+', ' ', 'g')), ' ') AS words
    FROM warning
    WHERE about IS NOT NULL
)

SELECT DISTINCT
    spoken.warning_id,
    spoken.user_id,
    topic_word.topic,
    topic_word.value
FROM spoken
INNER JOIN topic_word ON strpos(spoken.words, concat(' ', topic_word.word, ' ')) > 0
