# must not: leave a process in a session of its own
import subprocess
tried()
subprocess.Popen(["/bin/sleep", "20"], start_new_session=True)
escaped("detached")
