"""What two APIs share on the wire."""
