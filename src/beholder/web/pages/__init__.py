"""One module for each page: what it shows, what it takes. All of them end in a call on the library or a session."""
