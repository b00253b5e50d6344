# must not: outlive its time by ignoring signals
# seconds: 0.5
import signal
tried()
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
