"""How true to life? Measured facts, the same measures on runs and on naive baselines, and the score.

`targets` are data; `cascades`, `lists` and `graphs` are pure measures; `trace` follows a run; `measures` and
`baselines` apply them; `score` runs it all over seeds; `page`, `charts` and `report` write it down; `measured` reads
raw archives.
"""

from __future__ import annotations
