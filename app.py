"""Entry of Streamlit: page setup, the navigation over `pages/`, and nothing else."""

from rlm_app.ui import shell

shell.set_up()
shell.navigation().run()
shell.sign()
