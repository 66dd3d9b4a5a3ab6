"""The web product's server: sign-in, pages, and nothing that isn't somebody else's to decide."""
