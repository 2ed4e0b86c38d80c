"""Python-Markdown extensions: from Markdown to the HTML of a page."""
