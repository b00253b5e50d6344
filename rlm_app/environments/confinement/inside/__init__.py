"""What runs in a worker's process before the worker: standard library only, parses as Python 3.9, imports no other part."""
