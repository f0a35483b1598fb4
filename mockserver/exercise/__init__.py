"""A client under test: its command run against a server, once or in every scenario of an API, and a verdict on it."""
