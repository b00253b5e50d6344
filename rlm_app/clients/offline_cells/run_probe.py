# Look first: what the context is, and how each text begins.

_texts = context if isinstance(context, (list, tuple)) else [context]
_known = list(documents if "documents" in dir() else []) + [{}] * len(_texts)
print(
    f"context: {type(context).__name__}, {len(_texts)} text(s), {sum(len(str(text)) for text in _texts):,} characters"
)
for _number, (_text, _about) in enumerate(zip(_texts, _known, strict=False), start=1):
    _pages = _about.get("pages", [])
    _name, _unit = _about.get("name", f"document {_number}"), _about.get("unit", "page")
    print(f"\n{_name}: {len(str(_text)):,} characters, {len(_pages)} {_unit}s")
    _empty = [page["label"] for page in _pages if page.get("kind", "text") != "text"]
    if _empty:
        print(f"  without text: {', '.join(_empty[:20])}")
    for _line in [line.strip() for line in str(_text)[:2000].splitlines() if line.strip()][:3]:
        print("  |", _line[:100])
