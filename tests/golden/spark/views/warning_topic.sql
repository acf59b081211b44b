WITH topic_word AS (
  SELECT
    known.word,
    known.topic,
    known.value
  FROM VALUES
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
    ('celebrities', 'marker', 'high_profile') AS known(word, topic, value)
), spoken AS (
  SELECT
    warning_id,
    user_id,
    CONCAT(' ', COALESCE(TRIM(REGEXP_REPLACE(LOWER(about), '[^\\p{L}]+', ' ')), ''), ' ') AS words
  FROM warning
  WHERE
    NOT about IS NULL
)
SELECT DISTINCT
  spoken.warning_id,
  spoken.user_id,
  topic_word.topic,
  topic_word.value
FROM spoken
INNER JOIN topic_word
  ON LOCATE(CONCAT(' ', COALESCE(topic_word.word, ''), ' '), spoken.words) > 0
