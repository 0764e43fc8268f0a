SELECT $user
FROM users
WHERE project = {project} AND user_id = {user_id} AND NOT removed
