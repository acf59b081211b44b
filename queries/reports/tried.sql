-- id = "tried"
-- title = "What was tried for a cited access, and why it failed"
-- description = "One row for each cited access that is judged and not fully explained: the nearest explanations, in words."
-- reads = ["tried_part"]
-- local = true
--
-- It saves the reviewer the look-up: a reference closed some days too early is late paperwork; a subject that no incident
-- holds is something else. `tried_part` is what the queries tried_* of this folder say, over such accesses alone: `words`,
-- then a span of `seconds`, then its `side`; the smaller the `miss`, the nearer. Spans are whole days of 24 hours, rounded
-- down; under two days, hours.
SELECT
    access_id,
    string_agg(
        concat_ws(
            ' ',
            words,
            CASE
                WHEN seconds >= 172800 THEN CAST(CAST(floor(seconds / 86400) AS BIGINT) AS VARCHAR) || ' days'
                WHEN seconds >= 7200 THEN CAST(CAST(floor(seconds / 3600) AS BIGINT) AS VARCHAR) || ' hours'
                WHEN seconds IS NOT NULL THEN 'less than two hours'
            END,
            side
        ),
        '; ' ORDER BY miss, words
    ) AS tried
FROM tried_part
GROUP BY access_id
ORDER BY access_id
