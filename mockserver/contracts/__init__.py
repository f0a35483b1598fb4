"""What may be said: clauses, checking, wording, examples, OpenAPI."""
