"""Quotations of an answer are judged against the documents they were taken from."""
