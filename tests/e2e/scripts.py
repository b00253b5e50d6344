"""What the scripted model says in the browser's scenarios and on the screenshots."""

from __future__ import annotations

from typing import Any

LOOK = """I look at what there is: the documents, their length and their first lines.

```repl
for document in documents:
    print(document["name"], document["characters"], "characters", len(document["pages"]), "pages")
text = context if isinstance(context, str) else "\\n".join(context)
print(text[:400])
```"""

READ = """The passages on notice are what matters. I have each of them read on its own.

```repl
import re
places = [found.start() for found in re.finditer(r"notice", text)][:12]
passages = [text[max(0, place - 400):place + 400] for place in places]
replies = llm_query_batched(["Which notice period is stated here, if any?\\n\\n" + p for p in passages])
for number, reply in enumerate(replies, 1):
    print(number, reply)
for number in range(60):
    print("checked line", number)
```"""

SLIP = """I compare the periods and keep the longest.

```repl
longest = max(periods)
```"""

ANSWER = """The passages agree. I hand in the answer with the words of the document.

```repl
sentence = next(s.strip() for s in re.split(r"(?<=[.;])\\s", text) if "notice" in s and 60 < len(s) < 320)
answer["content"] = (
    "The agreement may be ended with written notice. The clause reads “" + sentence + "”\\n\\n"
    "The schedule is said to add that “notice is deemed given on the day of the spring tide”, "
    "which could not be confirmed.\\n\\n"
    "- The period counts from the day the notice is **received**.\\n"
    "- Both parties may shorten it by agreement."
)
answer["ready"] = True
```"""


def script(delay: float) -> dict[str, Any]:
    """Return a run of four turns; `delay` is how many seconds each reply takes."""
    sub = {"default": "This passage states a period of ninety days, counted from receipt of the notice."}
    return {"root": [LOOK, READ, SLIP, ANSWER], "sub": sub, "delay": delay, "cost": 0.0021}
