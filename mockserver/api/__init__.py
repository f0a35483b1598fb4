"""The grammar an API is written in: records, protocols, and building a job from a record."""
