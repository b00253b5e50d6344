# must not: find the app by walking frames
import sys
tried()
frame, seen = sys._getframe(), []
while frame:
    seen += [str(name) for name in frame.f_globals]
    frame = frame.f_back
escaped_if([name for name in seen if "rlm_app" in name or "api_key" in name.lower()] and "ESCAPED")
