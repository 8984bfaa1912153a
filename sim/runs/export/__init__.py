"""A result or a network as other programs read it: graphs, tables, pictures; asked for in `asked`."""
