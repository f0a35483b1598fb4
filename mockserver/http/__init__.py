"""The only aiohttp: one pipeline, sockets, bytes."""
