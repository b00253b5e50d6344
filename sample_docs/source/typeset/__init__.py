"""Typesetting of the sample documents from the prose and tables beside this package."""
