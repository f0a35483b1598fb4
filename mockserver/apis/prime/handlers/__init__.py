"""What answers Prime's operations, one module a resource."""
