"""What CasJobs does, a module a resource."""
