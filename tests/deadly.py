"""Jobs of a sweep in which one always takes its worker along, one hangs, and the others are plain; light to import."""

import os
import signal
import time

from sim.studies.sweep.jobs import Outcome


def begin():
    """Workers import this module before time is taken."""


def carry_out(job):
    world = job.scenario
    if world.contagion.infect == 0.2 and world.seeds.count == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if world.contagion.infect == 0.2 and world.seeds.count == 20:
        time.sleep(60)
    return Outcome('{"people_reached":1}', "d")
