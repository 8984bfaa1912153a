"""Facts of single platforms: how articles, notes, videos, questions, songs, shows and news of a run compare.

`facts` are data; `watch` follows a run; `articles`, `notes`, `videos`, `questions`, `songs`, `shows`, `news`,
`campaigns` and `accounts` are pure measures, a file a subject; `measures` says which fact is measured how; `score` runs
the worlds over seeds; `page` writes it down.
"""

from __future__ import annotations
