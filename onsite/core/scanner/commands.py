"""Passwords on command lines, where no word says that they are ones: mysql -p…, sshpass -p …, curl -u a:b."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from onsite.core.scanner import values
from onsite.core.scanner.cutting import value_at
from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded
from onsite.core.scanner.windows import matches, windows

Hit = tuple[FindingKind, int, int]

_ARGS = r"(?:[^\n|;]{0,160}?[ ])?"
_VALUE = r"(?=[^ \n-])"
_BEFORE, _AFTER = 240, 400


def _of(programs: str, option: str) -> re.Pattern[str]:
    """Return the pattern of an option of these programs, which ends where its value begins."""
    return re.compile(rf"(?<![\w.-])(?:{programs})(?:\.exe|\.com)?[ ]{_ARGS}{option}{_VALUE}")


# Words without which there is nothing, and a pattern that ends where the secret begins.
_OPTIONS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (("mysql", "mariadb", "mycli", "backup", "pt-"), _of(r"mysql\w*|mariadb[\w-]*|mycli|\w*backup|pt-[\w-]+", "-p")),
    (("sshpass", "rar ", "x11vnc", "rdesktop"), _of("sshpass|rar|unrar|x11vnc|rdesktop", "-(?:p|passwd)[ ]?")),
    (("7z",), _of("7za?|7zr", "-p")),
    (
        ("docker", "podman", "nerdctl", "helm", "skopeo"),
        _of("docker|podman|nerdctl|helm|skopeo", rf"login[ ]{_ARGS}-p[ ]"),
    ),
    (("mongo", "mosquitto", "influx", " login "), _of(r"mongo\w*|mosquitto_\w+|influx|az|oc", "-(?:p|P)[ ]")),
    (
        (
            "zip -p",
            "zip ",
        ),
        _of("unzip|zip", "-P[ ]?"),
    ),
    (("sqlcmd", "bcp ", "osql", "isql", "tsql"), _of("sqlcmd|bcp|osql|isql|tsql", "-P[ ]?")),
    (("redis-cli",), _of("redis-cli", "(?:-a|--pass)[ ]")),
    (("ldap", "ipmitool"), _of(r"ldap\w+|ipmitool", "-[wP][ ]")),
    (("plink", "pscp", "psftp", "putty", "winscp"), _of("plink|pscp|psftp|putty|winscp", "-pw[ ]")),
    (("keytool", "jarsigner"), _of("keytool|jarsigner", r"-\w*pass[ ]")),
    (
        ("-pass", "-pwd", "-secret", "-storepass", "-keypass"),
        re.compile(
            r"(?<![\w.-])-{1,2}(?:[a-z]+-){0,3}(?:password|passwd|pass|passphrase|pwd|secret|storepass|keypass)[ ]"
            + _VALUE
        ),
    ),
    (("/p:", "/pass"), re.compile(r"(?<=[ ])/(?:p|pass|password):" + _VALUE)),
    (("-pass",), re.compile(r"(?<!\w)-pass(?:in|out)?[ ]pass:" + _VALUE)),
    (("requirepass", "masterauth"), re.compile(r"(?i:\b(?:requirepass|masterauth)[ ]+)" + _VALUE)),
    (
        ("enable secret", "enable password", "username "),
        re.compile(
            r"(?i:\benable[ ]+(?:secret|password)|\busername[ ]+\S{1,40}[ ]+(?:privilege[ ]+[0-9]+[ ]+)?(?:secret"
            r"|password))"
            r"[ ]+(?:[0-9][ ]+)?" + _VALUE
        ),
    ),
    (
        ("community",),
        re.compile(
            r"(?i:\b(?:snmp-server[ ]+community|r[ow]community|rwcommunity|snmp[ ]community(?:[ ]string)?[ ]?[:=]?))"
            r"[ ]+" + _VALUE
        ),
    ),
)
# The same where a name stands before the secret.
_USER_AND = (
    (
        ("curl ", "wget ", "http", "smbclient", "mount.cifs", "lftp"),
        re.compile(
            rf"(?<![\w.-])(?:curl|wget|https?|smbclient|mount\.cifs|lftp)[ ]{_ARGS}(?:-u|-U|--user|-A)[ =]?[\"']?"
            r"[\w.@\\-]{1,64}[:%](?=[^ \n])"
        ),
    ),
)
# Patterns whose groups are the secrets.
_WHOLE: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("net use", "net  use", "net user"),
        re.compile(
            r"(?i)\bnet[ ]+use[ ]+(?:[a-z*]:?[ ]+)?\\\\\S{1,80}[ ]+([^ /\n]\S{2,64})[ ]+/user"
            r"|\bnet[ ]+user[ ]+\S{1,40}[ ]+([^ /\n]\S{2,64})"
        ),
    ),
    (("/user:",), re.compile(r"(?i)/user:\S{1,64}[ ]+([^ /\n]\S{2,64})")),
    (
        ("echo ",),
        re.compile(
            r"\becho[ ]+(?:-[ne][ ]+)?[\"']?(?:[\w.-]{1,40}:)?([^\s\"'|]{3,64})[\"']?[ ]*\|[ ]*(?:sudo[ ]+)?"
            r"(?:-S\b|chpasswd|passwd[ ]+--stdin|sudo[ ]+-S|kinit|docker[ ]login)"
        ),
    ),
    (("htpasswd ",), re.compile(r"\bhtpasswd[ ]+-\w*b\w*[ ]+\S{1,100}[ ]+\S{1,60}[ ]+(\S{3,64})")),
    (("machine ",), re.compile(r"\bmachine\s+\S{1,80}\s+login\s+\S{1,80}\s+password\s+(\S{1,80})")),
    (
        (":5432:", ":5433:", ":54321:", ":5236:", ":*:"),
        re.compile(r"(?m)^[\w.*-]{1,80}:(?:[0-9]{2,5}|\*):[\w*-]{1,60}:[\w*.-]{1,60}:([^\s:]{3,80})$"),
    ),
)
# user/secret, and user/secret@database
_ORACLE_TOOLS = ("sqlplus", "exp ", "imp ", "expdp", "impdp", "rman", "sqlldr", "sqlcl", "@")
_ORACLE = re.compile(
    r"(?<![\w.-])(?:sqlplus|exp|imp|expdp|impdp|rman|sqlldr|sqlcl)[ ](?:-\w+[ ]){0,3}(?:target[ ]|userid=)"
    r"?[\"']?[\w$#]{1,40}/"
    r"(\"[^\"\n]{1,64}\"|[^ @\n\"']{2,64})(?=@|[ \n\"']|$)"
    r"|(?<![\w./@-])[\w$#]{2,30}/([^\s/@:]{3,40})@(?://)?[\w.-]{1,60}(?::[0-9]{2,5})?[:/][A-Za-z][\w.]{1,60}(?![\w:])"
)
_BASIC = re.compile(r"(?i:\bbasic[ ]+)([A-Za-z0-9+/]{6,400}={0,2})(?![A-Za-z0-9+/=])")


def commands(folded: Folded) -> Iterator[Hit]:
    """Find them."""
    text, low = folded.text, folded.lower
    for hints, pattern in (*_OPTIONS, *_USER_AND):
        for found in matches(pattern, text, windows(low, hints, before=_BEFORE, after=_AFTER)):
            value = value_at(text, found.end())
            if value and values.is_word(value.text) and (value.is_quoted or not values.is_code(value.text)):
                yield FindingKind.PASSWORD, value.start, value.end
    for hints, pattern in _WHOLE:
        for found in matches(pattern, text, windows(low, hints, before=_BEFORE, after=_AFTER)):
            yield from _groups(found)
    for found in matches(_ORACLE, text, windows(low, _ORACLE_TOOLS, before=80, after=160)):
        for _kind, start, end in _groups(found):
            yield FindingKind.CONNECTION if text[end : end + 1] == "@" else FindingKind.PASSWORD, start, end
    for found in matches(_BASIC, text, windows(low, ("basic ",), before=2, after=500)):
        if _is_basic(found[1]):
            yield FindingKind.PASSWORD, *found.span(1)


def _groups(found: re.Match[str]) -> Iterator[Hit]:
    for number, word in enumerate(found.groups(), start=1):
        if word and values.is_word(word.strip("\"'")):
            yield FindingKind.PASSWORD, *found.span(number)


def _is_basic(word: str) -> bool:
    """Say whether this is a name and a password in Base64, as browsers send them."""
    try:
        said = base64.b64decode(word, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return False
    user, _colon, secret = said.partition(":")
    return bool(user) and values.is_word(secret) and said.isprintable()
