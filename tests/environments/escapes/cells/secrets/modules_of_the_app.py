# must not: import the app
tried()
import rlm_app.settings
escaped_if(rlm_app.settings.__file__ and "ESCAPED")
