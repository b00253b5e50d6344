# must not: outlive its time by swallowing what stops it
# seconds: 0.5
tried()
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
