"""Entry of Streamlit: page setup, who is looking, the navigation over `pages/`, and nothing else."""

from rlm_app.ui import shell

shell.set_up()
page = shell.navigation()
shell.admit(page)
page.run()
shell.end()
