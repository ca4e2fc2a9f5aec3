"""C4: a reminder goes its real way: row, beat, broker, worker, mail. No task runs in the test's own process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from engagements.models import Engagement, FollowUpVisit, Phase
from engagements.services import followups, plan
from onsite.accounts.models import User
from onsite.notifications.models import MailboxMail, Message
from tests.factories import go_decision_of

Eventually = Callable[[Callable[[], object]], object]


def _live_since(engagement: Engagement, manager: User, days_ago: int) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(
        phase=Phase.EXECUTION, start_on=engagement.today() - timedelta(days=days_ago + 30)
    )
    engagement.refresh_from_db()
    go_decision_of(engagement, go_live_on=engagement.agreed_go_live_on)
    followups.record_go_live(actor=manager, engagement=engagement, on=engagement.today() - timedelta(days=days_ago))


def test_beat_and_worker_send_what_is_due(
    transactional_db: None, engagement: Engagement, manager: User, engineer: User, worker: None, eventually: Eventually
) -> None:
    """The one-month visit is long over its day: both are reminded once, and the manager told that nobody called; the
    three-month visit waits."""
    plan.lay_out_plan(actor=manager, engagement=engagement)
    _live_since(engagement, manager, 45)
    eventually(lambda: MailboxMail.objects.count() >= 3)
    assert {mail.to for mail in MailboxMail.objects.all()} == {manager.email, engineer.email}
    assert len({mail.message_id for mail in MailboxMail.objects.all()}) == MailboxMail.objects.count() == 3
    # A mail is sent before its row is marked.
    eventually(lambda: Message.objects.waiting().count() == 5)


def test_a_row_that_lost_its_message_is_found_by_beat(
    transactional_db: None, engagement: Engagement, manager: User, worker: None, eventually: Eventually
) -> None:
    """STACK 3: what was written without waking anybody is sent all the same."""
    _live_since(engagement, manager, 3)
    first = FollowUpVisit.objects.unscoped().order_by("due_on")[0]
    lost = Message.objects.filter(payload__visit=first.pk, payload__days=0)
    assert lost.update(due_at=timezone.now()) == 1
    eventually(MailboxMail.objects.exists)
    assert MailboxMail.objects.count() == 1
