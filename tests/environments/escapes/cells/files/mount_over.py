# must not: change what is mounted
tried()
done(libc.mount(b"tmpfs", world["folder"].encode(), b"tmpfs", 0, None))
escaped("mounted")
