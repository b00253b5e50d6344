# must not: start workers of its own
import multiprocessing, os
tried()
pool = multiprocessing.get_context("fork").Process(target=os.getpid)
pool.start()
escaped("forked")
