# must not: have anything unpickled
tried()
note(b"\x80\x04\x95\x1b\0\0\0\0\0\0\0\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.".decode("latin-1"))
