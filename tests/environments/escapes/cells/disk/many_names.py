# must not: use up the disk's names
# control: no
# seconds: 10
tried()
for number in range(100_000):
    open(str(number), "w").close()
escaped("100,000 files")
