"""The commands of the shell, one module a subject; each adds its own to the parser and carries them out."""

from sim.commands.campaigns import add_optimize
from sim.commands.comparisons import add_compare
from sim.commands.finished import add_explain, add_plot
from sim.commands.forecasts import add_counterfactuals, add_hindcast
from sim.commands.forks import add_fork
from sim.commands.looks import add_looks
from sim.commands.reality import add_reality
from sim.commands.runs import add_demo, add_run
from sim.commands.studies import add_calibrate
from sim.commands.sweeps import add_merge, add_sweep

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
