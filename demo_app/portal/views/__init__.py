"""The pages, as plain functions from a request to a response."""
