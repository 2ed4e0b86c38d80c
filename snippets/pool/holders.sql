-- Who holds the connections of this database?
-- "blocked": those of the active ones that wait for a lock.
-- "holding": in a transaction, while its program does something else.
-- --8<-- [start:holders]
SELECT application_name,
       count(*) AS connections,
       count(*) FILTER (WHERE state = 'active') AS active,
       count(*) FILTER (WHERE wait_event_type = 'Lock') AS blocked,
       count(*) FILTER (WHERE state = 'idle') AS idle,
       count(*) FILTER (
         WHERE state LIKE 'idle in transaction%'
       ) AS holding
FROM pg_stat_activity
WHERE backend_type = 'client backend'
  AND datname = current_database()
GROUP BY application_name
ORDER BY connections DESC, application_name;
-- --8<-- [end:holders]
