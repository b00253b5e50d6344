"""A part within one that is drawn again by itself: of an earlier drawing nothing is sent whose place was dropped."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.fragment import MemoryFragmentStorage

from rlm_app.ui.within import mend


def streamlits() -> Any:
    """Return a stand-in for the module with Streamlit's sessions, whose sessions clear their queues as its own do."""
    session = vars(importlib.import_module("streamlit.runtime.app_session"))["AppSession"]
    return SimpleNamespace(AppSession=type("AppSession", (), {"_clear_queue": vars(session)["_clear_queue"]}))


def drawn(*fragments: str) -> ForwardMsgQueue:
    """Return what is to be sent to a browser: something that each of these parts of a page has drawn."""
    queue = ForwardMsgQueue()
    for place, fragment in enumerate(fragments):
        message = ForwardMsg()
        message.metadata.delta_path.extend([0, place])
        message.delta.fragment_id = fragment
        message.delta.add_block.allow_empty = True
        queue.enqueue(message)
    return queue


def left(queue: ForwardMsgQueue) -> Sequence[str]:
    return [message.delta.fragment_id for message in queue.flush()]


def test_with_an_earlier_drawing_goes_what_was_drawn_within_it_at_any_depth_and_nothing_else() -> None:
    storage = MemoryFragmentStorage()
    for part, within in (("live", None), ("row", "live"), ("table", "row"), ("undo", None)):
        storage.register(part, lambda: None, parent_fragment_id=within)
    module = streamlits()
    assert mend(module)
    session = module.AppSession()
    session._fragment_storage = storage
    for again, kept in (("live", ["", "undo"]), ("row", ["", "live", "undo"]), ("undo", ["", "live", "row", "table"])):
        session._browser_queue = drawn("", "live", "row", "table", "undo")
        session._clear_queue([again])
        assert left(session._browser_queue) == kept
    session._browser_queue = drawn("", "live", "row")
    session._clear_queue()  # the whole page is drawn again
    assert left(session._browser_queue) == []


def test_streamlit_by_itself_would_keep_what_was_drawn_within() -> None:
    queue = drawn("live", "row")
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["live"])
    assert left(queue) == ["row"]


def test_a_streamlit_that_drops_drawings_otherwise_is_left_alone() -> None:
    def otherwise(self: Any) -> None:
        raise AssertionError

    other = SimpleNamespace(AppSession=type("AppSession", (), {"_clear_queue": otherwise}))
    without = SimpleNamespace(AppSession=type("AppSession", (), {}))
    for module in (other, without, SimpleNamespace()):
        assert not mend(module)
    assert vars(other.AppSession)["_clear_queue"] is otherwise
