# must not: reach anything from a thread that lives on
# after: 0.4
import threading, time
def later():
    time.sleep(0.2)
    try:
        open(world["file"], "w").write("changed")
    except OSError:
        pass
tried()
threading.Thread(target=later).start()
