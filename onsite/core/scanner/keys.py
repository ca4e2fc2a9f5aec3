"""Keys and tokens that are known by their own shape, whatever stands beside them.

What the keys of well-known services look like is taken from detect-secrets; the shapes that it lacks, or searches for
in more than linear time, are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from detect_secrets.plugins.artifactory import ArtifactoryDetector
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from onsite.core.scanner import values
from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded
from onsite.core.scanner.windows import matches, windows

Hit = tuple[FindingKind, int, int]

# The plugins with what every match of theirs holds: a text without it need not be searched.
_PLUGINS = (
    (AWSKeyDetector.denylist[:1], ("A3T", "ABIA", "ACCA", "AKIA", "ASIA")),
    (AzureStorageKeyDetector.denylist, ("AccountKey=",)),
    (ArtifactoryDetector.denylist[:1], ("AKC",)),
    (GitHubTokenDetector.denylist, ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    (
        GitLabTokenDetector.denylist,
        (
            "glpat-",
            "gldt-",
            "glft-",
            "glsoat-",
            "glrt-",
            "glcbt-",
            "glimt-",
            "glptt-",
            "glagent-",
            "gloas-",
            "GR1348941",
        ),
    ),
    (MailchimpDetector.denylist, ("-us",)),
    (PypiTokenDetector.denylist, ("pypi-",)),
    (SendGridDetector.denylist, ("SG.",)),
    (SlackDetector.denylist[:1], ("xox",)),
    (SquareOAuthDetector.denylist, ("sq0csp-",)),
    (StripeDetector.denylist, ("k_live_",)),
    (TelegramBotTokenDetector.denylist, (":AA",)),
    (TwilioKeyDetector.denylist[1:], ("SK",)),
)
_OWN = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"LTAI[A-Za-z0-9]{12,30}|AKID[A-Za-z0-9]{13,48}|AKLT[A-Za-z0-9]{16,60}|AKTP[A-Za-z0-9]{16,60}"
    r"|ALTAK[A-Za-z0-9]{16,40}"
    r"|sk-(?:proj-|ant-[a-z0-9]{2,8}-|or-v1-|svcacct-|admin-)?[A-Za-z0-9_-]{20,220}|[rs]k_test_[0-9A-Za-z]{16,120}"
    r"|[rs]k_live_[0-9A-Za-z]{16,120}|whsec_[A-Za-z0-9+/=]{24,80}"
    r"|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,400}|GOCSPX-[A-Za-z0-9_-]{20,40}|hf_[A-Za-z0-9]{30,40}"
    r"|github_pat_[A-Za-z0-9_]{22,120}"
    r"|dckr_pat_[A-Za-z0-9_-]{20,40}|npm_[A-Za-z0-9]{36}|dop_v1_[a-f0-9]{64}|xapp-[0-9]-[A-Za-z0-9-]{20,160}"
    r"|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"
    r"|hv[sb]\.[A-Za-z0-9_-]{20,200}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|tskey-[a-z]+-[A-Za-z0-9-]{16,60}"
    r"|SCT[0-9]{3,8}T[A-Za-z0-9]{20,40}|key-[0-9a-f]{32}"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{50,70}|SEC[0-9a-f]{64}|EAAC[A-Za-z0-9]{60,300}|pat-[a-z0-9]{2,6}-[0-9a-f-]{36}"
    r"|glpat-[A-Za-z0-9_-]{20}|sbp_[a-f0-9]{40}"
    r"|ATATT3[A-Za-z0-9_=-]{60,250}|NRAK-[A-Z0-9]{27}|lin_api_[A-Za-z0-9]{40}|FLWSECK-[A-Za-z0-9-]{12,60}"
    r"|gsk_[A-Za-z0-9]{40,60}|xai-[A-Za-z0-9]{60,100}"
    r")(?![A-Za-z0-9])"
)
_OWN_HINTS = (
    *(
        "LTAI",
        "AKID",
        "AKLT",
        "AKTP",
        "ALTAK",
        "sk-",
        "k_test_",
        "k_live_",
        "whsec_",
        "AIza",
        "ya29.",
        "GOCSPX-",
        "hf_",
    ),
    *("github_pat_", "dckr_pat_", "npm_", "dop_v1_", "xapp-", "shp", "hvs.", "hvb.", "PMAK-", "tskey-", "SCT", "key-"),
    *("AGE-SECRET-KEY-1", "SEC", "EAAC", "pat-", "sbp_", "ATATT3", "NRAK-", "lin_api_", "FLWSECK-", "gsk_", "xai-"),
)
# Whoever has such an address may write into the group: all of it is the secret.
_HOOKS = re.compile(
    r"(?:https?://)?(?:qyapi\.weixin\.qq\.com/cgi-bin/webhook/\w{1,20}\?(?:[^\s\"'<>#]{0,60}&)?key="
    r"|oapi\.dingtalk\.com/robot/send\?(?:[^\s\"'<>#]{0,60}&)?access_token=|open\.(?:feishu\.cn|larksuite\.com)"
    r"/open-apis/bot/(?:v2/)?hook/"
    r"|hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/[0-9]{10,24}/"
    r"|webhook\.office\.com/webhookb2/"
    r"|sctapi\.ftqq\.com/|api\.telegram\.org/bot|hooks\.zapier\.com/hooks/catch/)"
    r"(?P<secret>[A-Za-z0-9_%./:=+@-]{16,300})"
)
_HOSTS = ("qyapi.", "oapi.", "open-apis", "hooks.", "webhook", "sctapi.", "api.telegram")
_QUERY = re.compile(
    r"[?&](?i:access_?token|api_?key|token|secret|sig|signature|auth|appsecret|key|x-amz-signature"
    r"|x-amz-security-token|security-token)="
    r"(?P<secret>[A-Za-z0-9_%./:+-]{16,300})"
)
_BEARER = re.compile(
    r"(?i:\b(?:bearer|token|apikey|api-key))[ :]+(?P<secret>[A-Za-z0-9._~+/=-]{16,2000})(?![A-Za-z0-9])"
)
_HEADER = re.compile(
    r"(?i:\b(?:x-[a-z-]{0,24}(?:key|token|secret|auth)|private-token|authorization|proxy-authorization)"
    r"[\"']?[ ]?[:=][ ]?[\"']?)(?P<secret>[A-Za-z0-9._~+/=-]{16,2000})"
)
_QUERY_HINTS = ("token=", "key=", "secret=", "sig=", "signature=", "auth=")
_BEARER_HINTS = ("bearer", "token ", "token:", "apikey", "api-key")
_HEADER_HINTS = ("-key", "-token", "-secret", "-auth", "authorization")
_JWT_HEAD = re.compile(r"[A-Za-z0-9_=-]+")
_JWT = re.compile(r"eyJ[A-Za-z0-9_=-]{8,1000}\.[A-Za-z0-9_=-]{8,8000}(?:\.[A-Za-z0-9_=-]{0,1200})?")
_BEGIN = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"
    r"|PuTTY-User-Key-File-[23]:"
)
_END = "-----END"
_LAST_LINE = re.compile(r"-----END [A-Z0-9 ]{1,40}-----")
_BODY = re.compile(r"(?:(?:\\[nr]|[\s\"'+,])*+(?:[A-Za-z][A-Za-z-]{2,20}: [^\n]{1,80}|[A-Za-z0-9+/=]{16,}))*+")
_XML_KEY = re.compile(r"<(?P<part>D|P|Q|DP|DQ|InverseQ)>(?P<secret>[A-Za-z0-9+/=\s]{40,2000})</(?P=part)>")
_LONGEST_BLOCK = 20_000
_SHORTEST_BLOCK = 40


def keys(folded: Folded) -> Iterator[Hit]:
    """Find them."""
    text = folded.text
    for start, end in (*_known(text), *_tokens(text), *_sent(folded), *_web_tokens(text), *_blocks(text)):
        yield FindingKind.KEY, start, end


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    # Behind a letter or digit no key begins; this also keeps a long run of equal characters from being tried at each.
    return tuple(
        (re.compile(rf"(?<![A-Za-z0-9_-])(?:{pattern.pattern})(?![A-Za-z0-9])", pattern.flags), hints)
        for patterns, hints in _PLUGINS
        for pattern in patterns
    )


def _known(text: str) -> Iterator[tuple[int, int]]:
    for pattern, hints in _patterns():
        for found in matches(pattern, text, windows(text, hints, before=12, after=1200)):
            if not values.is_stand_in(found.group().strip("\"'=: \n\t")):
                yield found.span()


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    for found in matches(_OWN, text, windows(text, _OWN_HINTS, before=4, after=420)):
        if not values.is_stand_in(found.group()) and any(char.isdigit() for char in found.group()[4:]):
            yield found.span()
    for found in matches(_HOOKS, text, windows(text, _HOSTS, before=40, after=500)):
        secret = found["secret"].rstrip(".:")
        if values.is_random(secret, shortest=16):
            yield found.start(), found.start("secret") + len(secret)
    for found in matches(
        _XML_KEY, text, windows(text, ("<D>", "<P>", "<Q>", "<DP>", "<DQ>", "<InverseQ>"), before=0, after=2100)
    ):
        yield found.span("secret")


def _sent(folded: Folded) -> Iterator[tuple[int, int]]:
    """Yield the keys in addresses and headers of requests."""
    for pattern, hints in ((_QUERY, _QUERY_HINTS), (_BEARER, _BEARER_HINTS), (_HEADER, _HEADER_HINTS)):
        for found in matches(pattern, folded.text, windows(folded.lower, hints, before=32, after=2100)):
            secret = found["secret"].rstrip(".:")
            if values.is_random(secret, shortest=16):
                yield found.start("secret"), found.start("secret") + len(secret)


def _web_tokens(text: str) -> Iterator[tuple[int, int]]:
    position = text.find("eyJ")
    while position >= 0:
        run = _JWT_HEAD.match(text, position)
        end = run.end() if run else position + 3
        if text[end : end + 1] == ".":
            found = _JWT.match(text, position)
            if found and JwtTokenDetector.is_formally_valid(found.group().rstrip(".")):
                yield found.span()
                end = found.end()
        # No token begins inside the run either: it would end at the same place.
        position = text.find("eyJ", end)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    over = closing = 0
    for found in matches(
        _BEGIN, text, windows(text, ("PRIVATE KEY", "PuTTY-User", "BEGIN SSH2"), before=60, after=60)
    ):
        if found.start() < over:
            continue
        if 0 <= closing < found.end():
            closing = text.find(_END, found.end())
        end = _end_of_block(text, found.end(), closing)
        over = max(end, found.end())
        inner = text[found.end() : end].partition(_END)[0]
        if sum(char.isalnum() for char in inner) >= _SHORTEST_BLOCK and not values.is_stand_in(inner.strip()):
            yield found.start(), end


def _end_of_block(text: str, start: int, closing: int) -> int:
    """Return where the block ends: behind its last line, or, where that was cut off, behind the last line of Base64."""
    if 0 <= closing < start + _LONGEST_BLOCK:
        last = _LAST_LINE.match(text, closing)
        return last.end() if last else closing
    body = _BODY.match(text, start, start + _LONGEST_BLOCK)
    return body.end() if body else start
