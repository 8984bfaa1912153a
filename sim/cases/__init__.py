"""Other cases than the one that the model was made for: how does attention die after the peak, kind by kind?

`score` runs the scenarios of ``scenarios/cases`` over seeds and measures them as the archive was; `page` writes down
how it came out.
"""
