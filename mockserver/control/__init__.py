"""The control API: routes under /_control that call the same services as everybody else."""
