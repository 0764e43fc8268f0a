(SELECT count() FROM $table FINAL WHERE project = {project:String} AND ($condition))
