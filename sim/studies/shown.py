"""How a study's answer shows itself: a line, a screen of a notebook, figures, the document of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.pictures.inline import Figures
    from sim.runs.kinds import World


class Shown:
    """What every answer can do besides, for people who explore."""

    study: ClassVar[str]

    if TYPE_CHECKING:

        @property
        def world(self) -> World:
            """As `sim.studies.study.Answer` has it."""

        def document(self) -> dict[str, Any]:
            """Likewise."""

        def picture(self) -> Figure:
            """Likewise."""

    def page_data(self) -> dict[str, Any]:
        """The JSON document of which the page of the study is a function."""
        from sim.studies.folder import page_data

        return page_data(self)  # type: ignore[arg-type]  # whoever is shown is an answer

    def plot(self) -> Figures:
        """The study's picture as a figure of matplotlib, which a notebook shows."""
        from sim.pictures.inline import Figures
        from sim.pictures.paper import lettering

        with lettering():
            return Figures([self.picture()])

    def _repr_html_(self) -> str:
        """What a notebook shows: the finding, how it was made, key figures, and the main chart, standing still."""
        from sim.base import notices
        from sim.base.errors import both
        from sim.pages.still import main
        from sim.pages.words import localised
        from sim.pictures.inline import brief

        told = localised(self.document(), "en")
        cards = [(card["label"], card["value"]) for card in told["cards"]]
        lines = [told["name"], " · ".join(told["about"]), *told["notices"]]
        chart = ""
        with notices.gathered(), notices.spared(both("shown_picture")):
            chart = main(self.document(), "en")
        return brief(told["title"], lines, cards, chart)

    def __repr__(self) -> str:
        """The study, the scenario, the seed, and what was found, in a line."""
        return f"<{self.study} of {self.world.name}, seed {self.world.seed}: {self.document()['title']['en']}>"
