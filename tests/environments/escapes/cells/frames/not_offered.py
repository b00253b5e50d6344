# must not: call what is not offered
tried()
repl().call("__import__", ("os",), {})
