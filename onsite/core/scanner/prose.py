"""Words that stand behind "password" without being one: types, states, algorithms, the verbs of a policy."""

from __future__ import annotations

_WORDS = """
none null nil n/a na nan true false yes no on off ok undefined empty blank default unknown unset void required
optional string str text char varchar nvarchar varchar2 bytes bool boolean int integer number object any secretstr
charfield password passwd pwd pass passphrase secret token key username user login name account admin_password
field value input type label hidden protected encrypted encoded hashed expired expires expiry incorrect wrong
invalid valid correct missing forgotten reset changed change changes updated rotated revoked disabled enabled
locked unlocked mandatory sensitive policy rules rule must should shall may can will cannot not never always only
is are was were be been has have had the a an and or for from with without by in at to of as if it its this that
these those which see ask contact please call mail use uses used using via per same above below attached separately
sent shared stored kept known safe vault keepass failed failure success succeeded successful error errors accepted
rejected denied match matched matches mismatch matching strength strong weak length complexity history minimum
maximum min max manager management prompt hint help link page form service server screen dialog box authentication
authorization auth authenticated authenticate md5 sha1 sha-1 sha2 sha224 sha256 sha-256 sha384 sha-384 sha512
sha-512 sha3 hmac hmac-sha256 hmacsha256 bcrypt bcrypt2 scrypt argon2 argon2i argon2id pbkdf2 aes aes128 aes-128
aes192 aes-192 aes256 aes-256 aes-256-gcm des 3des rsa rsa1024 rsa-1024 rsa2048 rsa-2048 rsa4096 rsa-4096 ed25519
ecdsa sm2 sm3 sm4 base64 utf8 utf-8 utf-16 gbk gb2312 gb18030 ascii unicode hex tls ssl ssh ssh2 tls1.2 tls1.3
tlsv1.2 tlsv1.3 https http ldap ldaps kerberos saml saml2 oauth oauth2 oauth2.0 oidc jwt sso mfa 2fa otp totp sms
ntlm ntlmv2 rc4 basic digest bearer mysql5 mysql8 oracle11g oracle19c sqlserver2019 redis windows10 windows11 win10
win11 office365 o365 ipv4 ipv6 h5 app unchanged pending tbd todo tba later soon again yourself themselves themself
here there now then also still already length: todo: lowercase uppercase alphanumeric special symbol symbols
letters digits printed retyped masked self args kwargs params body data request req res response payload config
settings options opts props env environ getpass read stdin
"""
NOT_SECRETS = frozenset(_WORDS.split())
