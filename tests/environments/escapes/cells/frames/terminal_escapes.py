# must not: reach whoever reads a log, by control characters
tried()
print("\x1b]0;owned\x07\x1b[2J\x1b]52;c;c3RvbGVu\x07 \u202etxt")
