# must not: handle page faults, which makes kernel races easy to win
tried()
done(syscall(323, 282, 1))
escaped("handles")
