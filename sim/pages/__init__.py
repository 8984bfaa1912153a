"""How does it look in a browser? A page is a function of one JSON document, which is made from plain tables.

`document` makes the document, `page` one HTML file of it that asks no network for anything; `words` has every word in
both languages.
"""
