# must not: change the kernel
tried()
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper"):
    try:
        with open(path, "w") as file:
            escaped("opened " + path)
    except OSError:
        pass
