"""What happened: entries, masking, matching, verdicts, coverage, exports."""
