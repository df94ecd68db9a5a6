"""The offline GraphiQL page: `build` makes it, `page` says what the server needs to send it."""
