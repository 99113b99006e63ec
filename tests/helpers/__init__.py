"""What several test files share: makers of pictures and rated sets, a web app with a browser, the report of skips."""
