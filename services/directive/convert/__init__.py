"""Between the protos and the model."""
