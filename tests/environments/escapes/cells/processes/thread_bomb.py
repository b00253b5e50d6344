# must not: take all threads of the machine
# control: no
# seconds: 4
import threading, time
tried()
made = 0
for _ in range(20_000):
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    made += 1
escaped("20,000 threads")
