"""What does the model expect after a day, given what was known by its end?

``sim.studies.hindcast.hindcast.hindcast("ding_zhen", "2020-11-27", seeds=50, jobs=2)`` gives an answer.

`known` cuts a scenario and says what had been observed, `study` runs and weighs, `score` holds a hindcast against later
numbers, `words` and `chart` tell the outcome, `hindcast` ties them together.
"""
