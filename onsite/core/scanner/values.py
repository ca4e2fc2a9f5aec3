"""Is this word a secret? What stands where a secret could stand is often a placeholder, a reference or plain prose."""

from __future__ import annotations

import re

from onsite.core.scanner.prose import NOT_SECRETS

_LONGEST_JUDGED = 80
LONGEST_PASSWORD = 128
_LONG, _VARIED = 24, 10
_DIGIT, _LETTER, _SIGN = re.compile("[0-9]"), re.compile("[A-Za-z]"), re.compile(r"[@!#$%^&*+=~?|]")
_NAME = re.compile(r"[a-z]+(?:[-_./:][a-z]+)+[-_./:]?[0-9]{0,4}")
_MIXED = re.compile(r"(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[A-Za-z+/=_-]+")
_MASKED = re.compile(r"[*•●·＊…]{3}|^[*•●·＊…xX#?._~-]+$|x{4}|X{4}|#{3}|\.\.\.|…|▪{3}|█|■")
_BRACKETED = re.compile(
    r"<[^<>]*>?|\{[\w .:-]*\}|%\(\w+\)s?|%\w+%|\$[A-Z_][A-Z0-9_]*|\[[^\[\]]*\]?|@\w+@|__\w+__|\([^()]*\)"
    r"|\$[A-Za-z_]*(?:pass|pwd|secret|token|key|env:)\w*|%[sdv]|\?.*|[:@&*!][a-z_]+|~"
)
_OPENINGS = ("${", "{{", "$(", "<", "#{", "%{", "@@", "@{")
_STAND_IN = re.compile(
    r"your|(?<![a-z])my[ _-]?(?:secret|pass|pwd|token|key)|change[ _-]?(?:me|this|it)|place[ _-]?holder|example"
    r"|(?<![a-z])(?:sample|dummy|fake|redacted|masked|hidden|removed|omitted|todo|tbd|fixme|fill|replace|insert|put"
    r"|enter)"
    r"(?![a-z])|[ _-]here$|_goes_|\bhere\b|to[ _-]be[ _-]|replaceme|redacted|secret[ _-]?(?:value|name|ref)"
)
_LETTERS = re.compile(r"[a-z_. -]+")
# A name of a thing that holds it, not the thing: db_password, newPassword.
_NAMES_ITSELF = re.compile(r"pass|pwd|secret|credential|(?<![a-z])(?:key|token|user(?:name)?|pw)s?(?![a-z])")
_CODE = re.compile(
    r"[A-Za-z_$][\w$.:>-]*\(.*|[A-Za-z_]\w*\[.*|(?:[A-Za-z_$][A-Za-z_]*\??(?:\.|->|::))+[A-Za-z_][A-Za-z_]*;?"
    r"|f?[\"'].*"
    r"|(?:new|await|return|lambda|function|def|class|null|nil|undefined)\b.*"
)
_ELSEWHERE = re.compile(
    r"(?:vault|ssm|arn|op|kv|secretsmanager|keyring|sm|gcp|aws-secret|azure-kv|akv|env|file|classpath|kms|sops"
    r"|doppler)"
    r"[:/].*|/(?:run|var|etc|opt|home|usr|mnt|root|data|srv|secrets|tmp|vault)/.*|\./.*|\.\./.*|~/.*|[a-z]:\\\S*"
    r"|https?:.*|www\..*|[\w/.-]+\.(?:txt|json|ya?ml|pem|key|crt|cer|conf|cfg|ini|properties|kdbx|pdf|docx?|xlsx?"
    r"|html?|md|"
    r"jpg|png|py|java|js|ts|vue|sql|sh|log|zip)"
    r"|enc\(.*|cipher\(.*|\{cipher\}.*|@microsoft\.keyvault.*|process\.env.*|os\.(?:environ|getenv).*|getenv.*|env\..*"
    r"|system\.getenv.*|secrets?\..*|config\..*|settings\..*|keepass.*|1password.*|bitwarden.*|lastpass.*|vault"
)
_SHAPES = re.compile(
    r"[12][0-9]{3}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}.*|[0-9]{1,2}:[0-9]{2}.*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]+)"
    r"?(?:/[0-9]+)?"
    r"|v?[0-9]+(?:\.[0-9]+)+\w*|[0-9]+[-]?(?:days?|hours?|hrs?|h|min|mins|minutes?|s|secs?|seconds?|ms|weeks?"
    r"|months?|years?"
    r"|chars?|characters?|digits?|bits?|bytes?|times?|attempts?|x|%|k|kb|mb|letters?|words?|fold|位|天|次|个|分钟|小时|年|月|日)"
    r"\+?"
    r"|[0-9]{1,2}[-~][0-9]{1,3}|p[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]+/[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+%"
    r"|[a-z]-[a-z0-9]"
)
_ALGORITHM = re.compile(
    r"\$?(?:hmac-?)?(?:md5|sha-?[0-9]{1,3}|aes-?[0-9]{3}|rsa-?[0-9]{4}|pbkdf2|bcrypt|argon2\w*|sm[2349]|base64"
    r"|tls\W?v?1?)"
    r"(?:[-_/+&](?:[a-z]{2,8}|sha-?[0-9]+|[0-9]{2,4}))*"
)


def is_stand_in(value: str) -> bool:
    """Say whether this masks, replaces or points at a secret instead of being one."""
    value = value[:_LONGEST_JUDGED]  # The beginning of a long one tells enough.
    low = value.strip(" .;,+").lower()
    if not low or low in NOT_SECRETS or _MASKED.search(value) or _BRACKETED.fullmatch(value):
        return True
    if low.startswith(_OPENINGS):
        return True
    if _ELSEWHERE.fullmatch(low) or _SHAPES.fullmatch(low) or _ALGORITHM.fullmatch(low):
        return True
    if _LETTERS.fullmatch(low) and _NAMES_ITSELF.search(low):
        return True
    return _STAND_IN.search(low) is not None


def is_code(value: str) -> bool:
    """Say whether an unquoted value is an expression of a program that only names or computes the secret."""
    return _CODE.fullmatch(value[:_LONGEST_JUDGED]) is not None


def is_made_up(value: str, shortest: int = 6) -> bool:
    """Say whether a word looks chosen or generated rather than written: several kinds of characters in one word."""
    word = value.strip(".,;:?()[]\"'")
    if not shortest <= len(word) <= LONGEST_PASSWORD or is_stand_in(word) or is_code(word):
        return False
    has_digit, has_letter = _DIGIT.search(word) is not None, _LETTER.search(word) is not None
    return (has_digit and has_letter) or (_SIGN.search(word) is not None and (has_letter or has_digit))


def is_strong(value: str) -> bool:
    """Say whether this can hardly be anything but a password: letters, digits and signs in one word."""
    return is_made_up(value, shortest=8) and all(kind.search(value) for kind in (_DIGIT, _LETTER, _SIGN))


def is_number(value: str) -> bool:
    return value.isdecimal() and 4 <= len(value) <= 20


def is_word(value: str) -> bool:
    """Say whether this could be a weak password: one short word, no prose."""
    return 3 <= len(value) <= 64 and re.fullmatch(r"[!-~]+", value) is not None and not is_stand_in(value)


def is_random(value: str, shortest: int = 12) -> bool:
    """Say whether this looks generated: long, of letters and digits, no path and no name."""
    if len(value) < shortest:
        return False
    value = value[:LONGEST_PASSWORD]
    if is_stand_in(value) or is_code(value) or "://" in value:
        return False
    if _DIGIT.search(value) and _LETTER.search(value):
        # order-service-2024 is a name with a number behind.
        return _NAME.fullmatch(value) is None
    return len(value) >= _LONG and len(set(value)) >= _VARIED and _MIXED.fullmatch(value) is not None
