-- id = "subject_marker"
-- title = "Markers of subjects"
-- description = "One row for each subject and marker that its record carries, in small letters."
-- reads = ["subject"]
-- materialise = true
WITH split_marker AS (
    SELECT
        subject_id,
        unnest(string_split(markers, ';')) AS marker
    FROM subject
    WHERE markers IS NOT NULL
)

SELECT DISTINCT
    subject_id,
    lower(trim(marker)) AS marker
FROM split_marker
WHERE trim(marker) <> ''
