"""The documentation as a site: `mkdocs.yml` builds it from docs/ and from what the program says of itself.

``make site`` writes it to site/. Pages of docs/ stay what they are in the repository; the reference is made of the
parsers, the typed images of scenario files, the registries and the table of numbers at every build, and lies nowhere.
"""
