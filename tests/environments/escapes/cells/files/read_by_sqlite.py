# must not: attach it as a database
import sqlite3
tried()
base = sqlite3.connect(":memory:")
base.execute("ATTACH DATABASE ? AS other", (world["database"],))
escaped_if(base.execute("SELECT secret FROM other.secrets").fetchall())
