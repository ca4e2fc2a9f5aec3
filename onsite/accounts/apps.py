from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "onsite.accounts"
    label = "accounts"
