"""Which parameters of a scenario fit what was observed, how well they are known, and which the data cannot tell?

`parameters` and `targets` say what may change and what is to be met; `emulator` learns the metrics from runs;
`posterior` weighs parameters by the data; `study` plans the runs; `words`, `chart` and `folder` tell the outcome;
`command` ties them to scenarios.
"""
