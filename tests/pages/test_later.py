from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from rlm_app.ui import later, readying

    if st.session_state.get("late"):
        later.draw(lambda: st.write("soon enough"), 60)
    else:
        readying.draw(live=st.session_state["live"])


def drawn(live: bool) -> AppTest:
    tab = AppTest.from_function(page)
    tab.session_state["live"] = live
    return tab.run()


def test_what_is_drawn_later_is_not_drawn_with_the_page() -> None:
    tab = AppTest.from_function(page)
    tab.session_state["late"] = True
    assert not tab.run().markdown
    assert not tab.run().markdown


def test_what_steps_need_is_not_asked_for_with_the_rows_but_when_a_live_run_is_drawn_again() -> None:
    tab = drawn(live=True)
    assert not tab.code
    assert [code.value for code in tab.run().code] == [" "]


def test_what_steps_need_of_a_stored_run_waits_for_its_moment_and_once_there_it_stays() -> None:
    tab = drawn(live=False)
    assert not tab.run().code
    tab.session_state["_readying"] = True
    assert [code.value for code in tab.run().code] == [" "]
