"""What answers a call: one module for each resource."""
