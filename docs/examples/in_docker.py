"""Run the cells in a container without a network. Run: uv run python -m docs.examples.in_docker

Without Docker it prints what is missing.
"""

from rlm_app import RLM, RLMError

try:
    with RLM(backend="offline", backend_kwargs={"model_name": "offline"}, environment="docker") as rlm:
        result = rlm.completion("The rent is due on the third day of each month.", root_prompt="When is the rent due?")
    print(result.response)
except RLMError as error:
    print(error)
