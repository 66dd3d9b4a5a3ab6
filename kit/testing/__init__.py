"""Real PostgreSQL, real NATS, real gRPC for tests; only the issuer of tokens is the tests' own."""
