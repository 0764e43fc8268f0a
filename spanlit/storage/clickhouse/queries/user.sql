SELECT $user
FROM users FINAL
WHERE project = {project:String} AND user_id = {user_id:String}
