# must not: start a program
import subprocess
tried()
escaped_if(subprocess.run(["/bin/sh", "-c", "echo ran"], capture_output=True, text=True).stdout and "ESCAPED")
