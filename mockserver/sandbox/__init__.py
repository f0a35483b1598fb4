"""One isolated world, and all of them."""
