"""The console: one page over the control API and its events. What lies in `static/` is served as it stands."""
