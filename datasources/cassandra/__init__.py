"""Channel messages in Cassandra: the connection, its migrations and the store."""
