# must not: connect by an event loop
import asyncio
tried()
async def reach():
    await asyncio.wait_for(asyncio.open_connection("127.0.0.1", world["tcp"]), 1)
    escaped("connected")
asyncio.run(reach())
