"""The commands of the shell, one module a subject; each adds its own to the parser and carries them out."""

from sim.cli.diff import add_diff
from sim.cli.finished import add_explain, add_export, add_page, add_plot, add_verify
from sim.cli.forks import add_fork
from sim.cli.ladder import add_ladder
from sim.cli.looks import add_looks
from sim.cli.runs import add_demo, add_run
from sim.cli.studies.calibrate import add_calibrate
from sim.cli.studies.compare import add_compare
from sim.cli.studies.counterfactuals import add_counterfactuals
from sim.cli.studies.forecast import add_forecast
from sim.cli.studies.hindcast import add_hindcast
from sim.cli.studies.optimize import add_optimize
from sim.cli.studies.outcomes import add_outcomes
from sim.cli.studies.reality import add_reality
from sim.cli.studies.seeds import add_seeds
from sim.cli.studies.stress import add_stress
from sim.cli.studies.sweep import add_laws, add_merge, add_sweep
from sim.cli.studies.tournament import add_tournament
from sim.cli.studio import add_studio

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
    add_forecast,
    add_counterfactuals,
    add_outcomes,
    add_compare,
    add_optimize,
    add_stress,
    add_tournament,
    add_seeds,
    add_reality,
    add_sweep,
    add_laws,
    add_merge,
)
