"""The control API's operations, one module per noun."""
