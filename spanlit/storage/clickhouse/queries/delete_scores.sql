DELETE FROM scores
WHERE project = {project:String}
    AND (thread_id = {thread_id:String} OR trace_id IN {trace_ids:Array(String)})
