SELECT $ask
FROM asks FINAL
WHERE project = {project:String}
    AND thread_id = {thread_id:String}
    AND ({status:String} = '' OR status = {status:String})
ORDER BY created_at_ns, id
