"""Where access is kept may be written, access data may not."""

from __future__ import annotations

import pytest

from onsite.core.access_data import holds_access_data

SECRETS = [
    "password: Sommer2026",
    "Password = admin",
    "the passwords: abc!def and more",
    "PWD=xk39dk",
    "password is hunter2",
    "password hunter2",
    "root / passwd: toor",
    "密码：admin123",
    "密码: Huadong@2026",
    "口令为 huadong",
    "密码是admin",
    "登录口令 Abc12345",
    "管理员密码123456",
    "密钥＝9f8e7d6c5b4a",
    "token: eyJhbGciOiJIUzI1NiJ9.e30.x",
    "API key: sk-live-93jd02",
    "api_key=9f8e7d6c",
    "key: 9f8e7d6c5b4a",
    "Server=db;User Id=sa;Password=Secr3t;",
    "postgres://onsite:secret@10.0.0.3/erp",
    "http://admin:admin@10.0.0.3",
    "-----BEGIN RSA PRIVATE KEY----- MIIE",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
]
PLACES = [
    "",
    "In the client's password safe, IT department, room 3-12",
    "Password: kept in the client's safe",
    "Password: ask Mr Chen of IT",
    "Passwords: in KeePass, entry ERP test",
    "Password: KeePass",
    "password reset within 24 hours by the help desk",
    "Token: https://vault.example.com/erp",
    "密码保存在客户信息部 KeePass 中",
    "密码：由信息部张工保管，需当面领取",
    "口令：见信息部保险柜 3 号信封",
    "密码管理平台：https://vault.huadong.example/erp",
    "密码由信息部 3 楼 302 室发放",
    "令牌（UKey）在驻场组长处",
    "Key: red envelope in the safe",
    "The key to room 12 is with the reception",
    "https://10.0.0.3:8443/erp",
    "10.0.0.3:1521/ERPTEST",
    "a secret is nothing for this page",
    "VPN account of the team; the token is with the lead engineer",
]


@pytest.mark.parametrize("text", SECRETS)
def test_access_data_are_seen(text: str) -> None:
    """P5: where access is kept, never secrets."""
    assert holds_access_data(text)
    assert holds_access_data(f"测试环境，{text}")


@pytest.mark.parametrize("text", PLACES)
def test_a_place_is_no_secret(text: str) -> None:
    assert not holds_access_data(text)
