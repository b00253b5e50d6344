# must not: find a key in the environment
import os
tried()
escaped_if(" ".join(f"{name}={value}" for name, value in os.environ.items()))
escaped_if({name for name in os.environ if "KEY" in name or "TOKEN" in name or "SECRET" in name} and "ESCAPED")
