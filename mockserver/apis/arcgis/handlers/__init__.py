"""What answers: one module per resource of the site."""
