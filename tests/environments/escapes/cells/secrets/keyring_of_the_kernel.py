# must not: read the session's keyring
tried()
done(syscall(250, 219, 0, -3, 0, 0, 0))
escaped("read the keyring")
