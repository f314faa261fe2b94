"""The desktop window: widgets that draw what the session says (session.py, without tkinter)."""
