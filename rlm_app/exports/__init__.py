"""A run made into files for people: one HTML that checks itself, Word, PDF, Markdown, a table of its calls."""
