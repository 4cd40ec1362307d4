"""Work outside a request: a table of jobs, a worker that claims them, progress that people can watch and cancel."""
