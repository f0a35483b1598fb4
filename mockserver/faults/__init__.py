"""What goes wrong on purpose: the model, one file per effect, arming and claiming."""
