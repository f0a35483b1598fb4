"""Where sandboxes live: one protocol, one module per kind of store."""
