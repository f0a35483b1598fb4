"""Against the real systems: recorded traffic judged, live ones verified, exchanges recorded on their way."""
