"""The gRPC doors: proto in, use case, proto out."""
