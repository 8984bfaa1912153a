"""The commands of the shell, one module a subject; each adds its own to the parser and carries them out."""

from sim.cli.calibrate import add_calibrate
from sim.cli.compare import add_compare
from sim.cli.counterfactuals import add_counterfactuals
from sim.cli.diff import add_diff
from sim.cli.finished import add_explain, add_export, add_page, add_plot, add_verify
from sim.cli.forks import add_fork
from sim.cli.hindcast import add_hindcast
from sim.cli.ladder import add_ladder
from sim.cli.looks import add_looks
from sim.cli.optimize import add_optimize, add_seeds
from sim.cli.outcomes import add_outcomes
from sim.cli.reality import add_reality
from sim.cli.runs import add_demo, add_run
from sim.cli.studio import add_studio
from sim.cli.sweep import add_merge, add_sweep

COMMANDS = (
    add_demo,
    add_run,
    add_fork,
    add_looks,
    add_ladder,
    add_diff,
    add_plot,
    add_page,
    add_studio,
    add_export,
    add_explain,
    add_verify,
    add_calibrate,
    add_hindcast,
    add_counterfactuals,
    add_outcomes,
    add_compare,
    add_optimize,
    add_seeds,
    add_reality,
    add_sweep,
    add_merge,
)
