# Rank the passages, show the best, and ask sub-models for their sentences, all at once.

sources = sources_of(context, documents if "documents" in dir() else None)
ranked = rank(question, sources)
found = candidates(ranked, sources)
print("Words of the question, and how many passages hold them:")
print("; ".join(f"{term} {times}" for term, times in zip(ranked.terms, ranked.held, strict=False)) or "none")
print(f"\nThe {len(found)} best passages, with the share of the question they cover:")
for item in found:
    where = ", ".join(part for part in (item["document"], item["place"]) if part)
    print(f"{item['score']:6.2f} {item['share']:5.0%} [{where}] {squeeze(item['text'])[:110]}")
replies = llm_query_batched([prompt_for(question, ranked, item) for item in found]) if found else []
empty = sum(reply.strip() == "NONE" for reply in replies)
failed = sum(reply.startswith("Error:") for reply in replies)
print(f"\n{len(replies)} sub-calls: {empty} found nothing to quote, {failed} failed.")
