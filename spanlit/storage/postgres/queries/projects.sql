-- From one project to the next in the index: their spans are not read.
WITH RECURSIVE found (project) AS
(
    (SELECT project FROM spans ORDER BY project LIMIT 1)
    UNION ALL
    SELECT (
        SELECT spans.project FROM spans WHERE spans.project > found.project
        ORDER BY spans.project LIMIT 1
    )
    FROM found
    WHERE found.project IS NOT NULL
)
SELECT project FROM found WHERE project IS NOT NULL
UNION
SELECT project FROM threads WHERE NOT removed
ORDER BY project
