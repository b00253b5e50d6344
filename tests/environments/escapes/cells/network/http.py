# must not: fetch an address
import urllib.request
tried()
escaped_if(urllib.request.urlopen(f"http://127.0.0.1:{world['tcp']}/stolen", timeout=1).read() and "ESCAPED")
