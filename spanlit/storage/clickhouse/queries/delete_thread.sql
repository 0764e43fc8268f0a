-- The tombstone stays: it has nothing but ids, and keeps late rows from reviving the thread.
DELETE FROM threads
WHERE project = {project:String} AND thread_id = {thread_id:String} AND NOT is_deleted
