SELECT
  access_id,
  LISTAGG(
    
      CONCAT_WS(
        ' ',
        words,
        CASE
          WHEN seconds >= 172800
          THEN CAST(CAST(CAST(FLOOR(seconds / 86400) AS DOUBLE) AS BIGINT) AS STRING) || ' days'
          WHEN seconds >= 7200
          THEN CAST(CAST(CAST(FLOOR(seconds / 3600) AS DOUBLE) AS BIGINT) AS STRING) || ' hours'
          WHEN NOT seconds IS NULL
          THEN 'less than two hours'
        END,
        side
      ),
      '; '
    
  ) WITHIN GROUP (ORDER BY
    miss NULLS LAST,
    words NULLS LAST) AS tried
FROM tried_part
GROUP BY
  access_id
ORDER BY
  access_id NULLS LAST
