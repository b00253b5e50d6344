# must not: read it through the standard library's caches
import linecache, tokenize
tried()
escaped_if(linecache.getlines(world["file"]))
