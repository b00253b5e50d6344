# must not: outlive its time inside of a C function
# seconds: 0.5
tried()
sum(range(10**13))
