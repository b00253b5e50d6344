"""Ask a long text without a key: the offline model finds and quotes. Run: uv run python -m docs.examples.quickstart"""

from rlm_app import RLM

LEASE = "\n\n".join(
    [
        *(
            f"Section {number}. The tenant keeps room {number} clean and aired through the year."
            for number in range(300)
        ),
        "Section 300. Either party may end this lease by giving ninety days' written notice to the other party.",
        *(
            f"Section {number}. The tenant keeps room {number} clean and aired through the year."
            for number in range(301, 600)
        ),
    ]
)

# For a real model: RLM(backend="openai", backend_kwargs={"model_name": "gpt-6-luna"}), with OPENAI_API_KEY set.
with RLM(backend="offline", backend_kwargs={"model_name": "offline"}) as rlm:
    result = rlm.completion(LEASE, root_prompt="How can a party end the lease, and with how much notice?")

print(result.response)
print(f"\n{result.stop}, {result.execution_time:.1f} s, {result.usage_summary.to_dict()}")
