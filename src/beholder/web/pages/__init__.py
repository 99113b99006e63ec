"""The web app's pages, one module each: parse the request, call the library or a session, render."""
