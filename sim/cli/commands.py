"""The commands of the shell, one module a subject; each adds its own to the parser and carries them out."""

from sim.cli.campaigns import add_optimize
from sim.cli.comparisons import add_compare
from sim.cli.finished import add_explain, add_plot
from sim.cli.forecasts import add_counterfactuals, add_hindcast
from sim.cli.forks import add_fork
from sim.cli.looks import add_looks
from sim.cli.reality import add_reality
from sim.cli.runs import add_demo, add_run
from sim.cli.studies import add_calibrate
from sim.cli.sweeps import add_merge, add_sweep

COMMANDS = (
    add_demo,
    add_run,
    add_fork,
    add_looks,
    add_plot,
    add_explain,
    add_calibrate,
    add_hindcast,
    add_counterfactuals,
    add_compare,
    add_optimize,
    add_reality,
    add_sweep,
    add_merge,
)
