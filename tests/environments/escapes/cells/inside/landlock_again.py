# must not: loosen Landlock by another ruleset
import ctypes
tried()
done(syscall(444, 444, ctypes.create_string_buffer((1 << 13).to_bytes(8, "little")), 8, 0))
escaped("made a ruleset")
