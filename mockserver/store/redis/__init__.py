"""The store in Redis, which any number of processes share."""
