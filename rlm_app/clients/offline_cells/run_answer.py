# Hand in the best quotations, or that nothing was found.

kept = choose(question, ranked, found, replies)
if "cite" in dir():
    kept = [each for each in kept if stands(each, cite)]
answer["content"] = report(kept) if kept else nothing(ranked, [source.name for source in sources])
answer["ready"] = True
