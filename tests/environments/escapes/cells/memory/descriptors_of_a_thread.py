# must not: give a thread descriptors of its own, beyond the cap on them
# control: no
import threading
tried()
opened = []
def work():
    syscall(436, 436, 1 << 20, 1 << 20, 2)
    try:
        while len(opened) < 600:
            opened.append(os.dup(1))
    except OSError:
        pass
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
    thread.join()
escaped_if("ESCAPED" if len(opened) > 300 else "")
