DELETE FROM $table {on_cluster}
WHERE project = {project:String} AND ($condition)
