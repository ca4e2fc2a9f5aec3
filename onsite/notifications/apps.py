from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "onsite.notifications"
    label = "notifications"

    def ready(self) -> None:
        from onsite.accounts import outgoing
        from onsite.notifications import account_mails
        from onsite.notifications.services import enqueue

        outgoing.register(enqueue)
        account_mails.register_all()
