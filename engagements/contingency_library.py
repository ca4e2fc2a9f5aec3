"""The three plans every engagement needs, told by the product itself in the active language.

Written for a team of two or three engineers at the client's site: what they see, whom they call, what people work with
until it is over. The company's own plans are rows (`ContingencyModel`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from engagements.models.contingency import ContingencyModel, Emergency


@dataclass(frozen=True)
class PreparedPlan:
    """A plan to start from. `key` names it in a form; `model` is the company's row, None for the product's own."""

    key: str
    emergency: Emergency
    title: str
    trigger: str
    respond_within_minutes: int
    steps: tuple[str, ...]
    fallback: str
    model: ContingencyModel | None = None

    @classmethod
    def of(cls, model: ContingencyModel) -> PreparedPlan:
        """Return the company's own plan."""
        return cls(
            key=f"model-{model.pk}",
            emergency=Emergency(model.emergency),
            title=model.title,
            trigger=model.trigger,
            respond_within_minutes=model.respond_within_minutes,
            steps=tuple(model.steps),
            fallback=model.fallback,
            model=model,
        )


def usual_plans() -> tuple[PreparedPlan, ...]:
    """Return network outage, permission anomaly and third-party interface failure, in the active language."""
    return (_network(), _permission(), _interface())


def library(models: Iterable[ContingencyModel]) -> list[PreparedPlan]:
    """Return the three usual plans, then the company's own."""
    return [*usual_plans(), *(PreparedPlan.of(model) for model in models)]


def _network() -> PreparedPlan:
    return PreparedPlan(
        key=Emergency.NETWORK.value,
        emergency=Emergency.NETWORK,
        title=_("Network outage"),
        trigger=_(
            "Users in an area can't open the system for more than 5 minutes, or the server can't be reached from the site."
        ),
        respond_within_minutes=10,
        steps=(
            _(
                "Find out who is affected: one workplace, one area or the whole site; note the time of the first report."
            ),
            _("Try the server, the gateway and another line in turn, and note which of them answers."),
            _("Call the client's network administrator with what was found."),
            _("Tell the key users what is down, when they hear more, and to write down what they do meanwhile."),
            _("Switch to the spare line or a phone's hotspot for what can't wait."),
            _("Once the line is back, log in from every affected area and run one transaction from end to end."),
            _("Enter what was written down on paper and have the key user check that nothing is missing or double."),
        ),
        fallback=_("Work goes on with paper forms; they are entered on the same day and checked by a second person."),
    )


def _permission() -> PreparedPlan:
    return PreparedPlan(
        key=Emergency.PERMISSION.value,
        emergency=Emergency.PERMISSION,
        title=_("Permission anomaly"),
        trigger=_(
            "Somebody sees or changes data that are not theirs, or a whole group can't do its work for lack of permission."
        ),
        respond_within_minutes=15,
        steps=(
            _("Note the account, the role, the function and the time, with a picture of the screen."),
            _(
                "If somebody sees too much: lock the account or the role at once, together with the client's administrator."
            ),
            _("Compare the account's roles with the agreed list of permissions."),
            _("Look into the change log: who changed which role, and when."),
            _("Put the agreed permissions back, first in the test environment, then in production."),
            _("Have the person concerned and one person of another role try it again."),
            _("If data were seen that should not have been: tell the client's data protection contact what and when."),
        ),
        fallback=_("A second, correctly authorised colleague enters what is urgent; nobody borrows an account."),
    )


def _interface() -> PreparedPlan:
    return PreparedPlan(
        key=Emergency.INTERFACE.value,
        emergency=Emergency.INTERFACE,
        title=_("Third-party interface failure"),
        trigger=_("Messages to or from another system fail or lie in the queue for more than 15 minutes."),
        respond_within_minutes=30,
        steps=(
            _("Find the first failed message: its time, its number and the answer of the other side."),
            _("Stop the automatic repetition, so that nothing is posted twice."),
            _("Call the third party's support with that message and note the ticket's number."),
            _("Tell the business side which data are not up to date and from when on."),
            _("If the interface is down for longer than an hour: exchange the urgent data as a file."),
            _(
                "Once it is back, send the waiting messages in their order and compare the number and the totals on both sides."
            ),
        ),
        fallback=_(
            "Urgent documents are exchanged as Excel files, imported by an engineer and checked by the key user."
        ),
    )
