# Hand in the best quotations, or that nothing was found.

kept = choose(question, ranked, found, replies)
answer["content"] = report(kept) if kept else nothing(ranked, [source.name for source in sources])
answer["ready"] = True
