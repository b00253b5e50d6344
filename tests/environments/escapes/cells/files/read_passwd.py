# must not: read the machine's accounts
# docker: holds: it is the container's own, without accounts of the host
tried()
escaped_if("root:" in open("/etc/passwd").read() and "ESCAPED")
