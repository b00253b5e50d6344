"""Files become documents: text, and pages that say where each character stands."""
