"""Synthetic values of the scanner corpus, drawn from a seeded source; none is taken from a person or an account."""

import base64
import json
import random
import string
from collections.abc import Callable
from datetime import date, timedelta

FULL_WIDTH = {ord(c): chr(ord(c) + 0xFEE0) for c in string.digits + "Xx"}
# Six-digit area codes of the national standard that have stood for decades; and provinces that do not exist.
AREAS = (
    "110105 120101 130102 140105 150102 210203 220102 230103 310104 310115 320505 320106 330102 330106 340104 350203 "
    "360102 370202 370102 410105 420106 430104 440305 440106 450103 460105 500103 510107 520102 530102 610113 620102"
)
NO_AREAS = "170102 190305 250106 280213 390104 480102 560203 590101 680305 740106 780104 960102 990101"
MOBILE_PREFIXES = (
    "130 131 132 133 135 136 137 138 139 150 151 152 155 157 158 159 166 176 177 178 180 183 186 188 189 199"
)
# Ranges that no operator holds.
NO_MOBILE_PREFIXES = "101 108 112 119 120 127 142 143 154 160 161 168 169 179 194"
CARD_PREFIXES = {16: ("622588", "621483", "625912", "622155"), 17: ("621098",), 18: ("621977",)}
CARD_PREFIXES[19] = ("622202", "621700", "622848", "621661", "622262", "621226")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
WORDS = "Huadong Renhe Mingyuan Jiaofu Xinxi Erp His Lis Pacs Oracle Prod Uat Qwer Hangzhou Yunwei Dba Report"
# What people type who want to remember it.
SPOKEN = "hisadmin xinxike iloveyou qwertyui caiwuke renheyy huadongerp woaibeijing jiekou zhangwu"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "海明 嘉怡 志强 雨桐 国栋 思远 晓岚 建平 子涵 文博 丽华 俊杰 秀英 一鸣 佳琪 永康"
LATIN = ("Chen Rong", "Li Zhe", "Zhou Jie", "Wang Lan", "Sun Yi", "Emma Clark", "Tom Reed", "Anna Weber", "He Min")
UPPER_BASE32 = string.ascii_uppercase + "234567"
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def check_character(seventeen: str) -> str:
    """The last place of a resident number (GB 11643)."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, WEIGHTS, strict=True)) % 11]


def luhn_digit(body: str) -> str:
    """The digit that makes `body` pass mod 10."""
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body))]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def groups(text: str, sizes: tuple[int, ...], glue: str) -> str:
    """`text` cut into `sizes` and glued again."""
    cut, start = [], 0
    for size in sizes:
        cut.append(text[start : start + size])
        start += size
    return glue.join(part for part in cut if part)


class Values:
    """Draws one value by its name: `secret("id.space")` is to be found, `filler("order16")` is not."""

    def __init__(self, source: random.Random) -> None:
        self.r = source

    def secret(self, name: str) -> str:
        kind, _, form = name.partition(".")
        draw: dict[str, Callable[[str], str]] = {
            "id": self._id,
            "mobile": self._mobile,
            "card": self._card,
            "password": self._password,
            "connection": self._connection,
            "key": self._key,
        }
        return draw[kind](form)

    def filler(self, name: str) -> str:
        name, _, form = name.partition(".")
        if name[0] == "n" and name[1:].isdigit():
            return self.digits(int(name[1:]), "2345678")
        if name in {"badid", "badcard16"}:
            value = self._bad_id() if name == "badid" else self._bad_card(16)
            sizes = (6, 8, 4) if name == "badid" else (4, 4, 4, 4)
            return self._dress(value, form, sizes)
        return FILLERS[name](self)

    # Pieces
    def pick(self, alphabet: str, length: int) -> str:
        return "".join(self.r.choice(alphabet) for _ in range(length))

    def digits(self, length: int, first: str = string.digits) -> str:
        return self.r.choice(first) + self.pick(string.digits, length - 1)

    def day(self, first: int = 2026, last: int = 2026) -> date:
        start = date(first, 1, 5)
        return start + timedelta(days=self.r.randrange((date(last, 11, 28) - start).days))

    def base64(self, size: int) -> str:
        return base64.b64encode(self.r.randbytes(size)).decode()

    def pem(self) -> str:
        return "\n".join([self.base64(48) for _ in range(3)] + [self.base64(20)])

    def _dress(self, value: str, form: str, sizes: tuple[int, ...]) -> str:
        if form.startswith("space"):
            return groups(value, sizes, " ")
        if form.startswith("hyphen"):
            return groups(value, sizes, "-")
        return value.translate(FULL_WIDTH) if form.startswith("full") else value

    # Personal data
    def id_number(self, areas: str) -> str:
        body = self.r.choice(areas.split()) + self.day(1952, 2011).strftime("%Y%m%d") + self.digits(3)
        return body + check_character(body)

    def _id(self, form: str) -> str:
        number = self.id_number(AREAS)
        while form in {"x", "lower"} and number[-1] != "X":
            number = self.id_number(AREAS)
        return self._dress(number.lower() if form == "lower" else number, form, (6, 8, 4))

    def mobile(self) -> str:
        return self.r.choice(MOBILE_PREFIXES.split()) + self.digits(8)

    def _mobile(self, form: str) -> str:
        number = self.mobile()
        spaced = groups(number, (3, 4, 4), " ")
        abroad = {"plus86": f"+86{number}", "plus86space": f"+86 {spaced}", "cc86": f"86{number}"}
        abroad["zeros86"] = f"0086{number}"
        return abroad.get(form) or self._dress(number, form, (3, 4, 4))

    def _card(self, form: str) -> str:
        brands = {"visa": ("438088", "400937"), "mc": ("528856", "552599")}
        length = int(form[-2:]) if form[-2:].isdigit() else 16 if form in brands else self.r.choice((16, 19))
        body = self.r.choice(brands.get(form) or CARD_PREFIXES[length])
        body += self.digits(length - 1 - len(body))
        return self._dress(body + luhn_digit(body), form, (4, 4, 4, 4, 3))

    # Credentials
    def _password(self, form: str) -> str:
        word, year = (
            self.r.choice(WORDS.split()),
            self.r.choice(("2023", "2024", "2025", "2026", "0312", "8817", "119", "66")),
        )
        if form == "digits":
            return self.digits(self.r.choice((6, 8)))
        if form == "oracle":
            return f"{word}_{year}#{self.pick(string.ascii_lowercase, 2)}"
        if form == "url":
            return f"{word}{self.r.choice('_!.-')}{year}{self.pick(ALNUM, 3)}"
        shaped = f"{word}{self.r.choice('@#!_.')}{year}{self.r.choice('#!*.')}{self.pick(ALNUM, 2)}"
        drawn = self.pick(string.ascii_letters, 3) + self.pick(string.digits, 3) + self.pick("!@#*_-+=", 1)
        strong = (shaped, drawn + self.pick(ALNUM, 4), f"{self.r.choice(SPOKEN.split())}@{year}{self.pick('!#', 1)}")
        if form == "strong" or self.r.random() < 0.4:
            return self.r.choice(strong)
        simple = [f"{word.lower()}{year}", f"{word}123", f"a{self.digits(6)}", "P@ssw0rd" + year, self.digits(6)]
        return self.r.choice([*simple, self.r.choice(SPOKEN.split())])

    def _connection(self, form: str) -> str:
        if form == "enc":
            return f"{self.r.choice(WORDS.split())}%40{self.digits(4)}"
        return self._password("strong" if form == "strong" else "url")

    def _key(self, form: str) -> str:
        """Formats as their makers document them; the readable part says that the token is made up."""
        drawn = KEYS.get(form)
        if drawn is not None:
            return drawn(self)
        for name, alphabet in (("alnum", ALNUM), ("hex", HEX), ("upper", UPPER_BASE32), ("base", ALNUM + "-_")):
            if form.startswith(name):
                return self.pick(alphabet, int(form.removeprefix(name)))
        raise KeyError(form)

    def jwt(self) -> str:
        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        head = part({"alg": "HS256", "typ": "JWT"})
        body = part({"sub": "synthetic-" + self.digits(4), "exp": 1790000000 + self.r.randrange(9999)})
        return f"{head}.{body}.{self.pick(ALNUM + '-_', 43)}"

    def uuid(self) -> str:
        return groups(self.pick(HEX, 12) + "4" + self.pick(HEX, 3) + "a" + self.pick(HEX, 15), (8, 4, 4, 4, 12), "-")

    # What only looks like it
    def _bad_id(self) -> str:
        number = self.id_number(AREAS)
        return number[:-1] + self.r.choice([c for c in "0123456789X" if c != number[-1]])

    def bad_date(self) -> str:
        wrong = self.r.choice(("19870231", "20011301", "19750431", "19900900", "18660230", "20050635"))
        body = self.r.choice(AREAS.split()) + wrong + self.digits(3)
        return body + check_character(body)

    def _bad_card(self, length: int) -> str:
        good = self._card(str(length))
        return good[:-1] + self.r.choice([d for d in string.digits if d != good[-1]])

    def ean(self) -> str:
        body = "69" + self.digits(10)
        return body + str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body)) % 10)

    def credit_code(self, middle: str) -> str:
        return "91" + self.r.choice(AREAS.split()) + middle


def _money(value: int) -> str:
    return f"{value / 100:,.2f}"


KEYS: dict[str, Callable[[Values], str]] = {
    "aws": lambda v: "AKIASYNTHETIC" + v.pick(UPPER_BASE32, 7),
    "aliyun": lambda v: "LTAI5tSynthetic" + v.pick(ALNUM, 9),
    "tencent": lambda v: "AKIDSynthetic" + v.pick(ALNUM, 23),
    "github": lambda v: "ghp_Synthetic" + v.pick(ALNUM, 27),
    "githubpat": lambda v: f"github_pat_11SYNTHETIC{v.pick(ALNUM, 11)}_{v.pick(ALNUM, 59)}",
    "gitlab": lambda v: "glpat-Synthetic" + v.pick(ALNUM, 11),
    "slack": lambda v: f"xoxb-{v.digits(12, '1')}-{v.digits(13, '2')}-Synthetic{v.pick(ALNUM, 15)}",
    "slackhook": lambda v: (
        f"https://hooks.slack.com/services/T0SYNTH{v.pick(UPPER_BASE32, 4)}/"
        f"B0SYNTH{v.pick(UPPER_BASE32, 4)}/Synthetic{v.pick(ALNUM, 15)}"
    ),
    "google": lambda v: "AIzaSySynthetic" + v.pick(ALNUM, 24),
    "npm": lambda v: "npm_Synthetic" + v.pick(ALNUM, 27),
    "azure": lambda v: v.base64(64),
    "dingsec": lambda v: "SEC" + v.pick(HEX, 64),
    "jwt": Values.jwt,
    "uuid": Values.uuid,
    "pem": Values.pem,
    "pemline": lambda v: v.pem().replace("\n", "\\n"),
}

FILLERS: dict[str, Callable[[Values], str]] = {
    "name": lambda v: v.r.choice(SURNAMES) + v.r.choice(GIVEN.split()),
    "ename": lambda v: v.r.choice(LATIN),
    "date": lambda v: v.day().isoformat(),
    "datecompact": lambda v: v.day().strftime("%Y%m%d"),
    "ms": lambda v: str(1767200000000 + v.r.randrange(30_000_000_000)),
    "mac": lambda v: groups(v.pick(HEX, 12), (2,) * 6, ":"),
    "uuid": Values.uuid,
    "sha256": lambda v: v.pick(HEX, 64),
    "sha1": lambda v: v.pick(HEX, 40),
    "md5": lambda v: v.pick(HEX, 32),
    "hex16": lambda v: v.pick(HEX, 16),
    "hex24": lambda v: v.pick(HEX, 24),
    "serialhex": lambda v: groups(v.pick(HEX, 20).upper(), (2,) * 10, ":"),
    "snowflake18": lambda v: v.digits(18, "1"),
    "snowflake19": lambda v: v.digits(19, "1"),
    "order16": lambda v: v.day().strftime("%Y%m%d") + v.digits(8),
    "order17": lambda v: v.day().strftime("%Y%m%d") + "8" + v.digits(8),
    "order18": lambda v: v.day().strftime("%Y%m%d") + "00" + v.digits(8),
    "ean13": Values.ean,
    "landline": lambda v: v.r.choice(("0571-8", "021-6", "010-5", "0755-2")) + v.digits(7),
    "service400": lambda v: "400-" + v.digits(3, "68") + "-" + v.digits(4),
    "amount": lambda v: _money(v.r.randrange(100_000, 90_000_000)),
    "bigamount": lambda v: v.mobile() + "." + v.digits(2),
    "bigint": lambda v: v.digits(12, "2345"),
    "decimal11": lambda v: v.r.choice(("136", "138", "139")) + v.digits(8),
    "baddate": Values.bad_date,
    "badregion": lambda v: v.id_number(NO_AREAS),
    "badmobile": lambda v: v.r.choice(NO_MOBILE_PREFIXES.split()) + v.digits(8),
    "badcard19": lambda v: v._bad_card(19),
    "credit": lambda v: v.credit_code("MA" + v.pick("ABCDEFGHJKLMNPQRTUWXY", 1) + v.pick("0123456789ABCDEFGH", 7)),
    "creditdigits": lambda v: v.credit_code("7" + v.digits(9)),
    "invoice12": lambda v: "0" + v.r.choice(("33", "31", "11")) + "00" + "26" + v.digits(5),
    "einvoice20": lambda v: "26" + v.r.choice(("33", "31", "11")) + "2000000" + v.digits(9),
    "maskedmobile": lambda v: v.mobile()[:3] + "****" + v.digits(4),
    "maskedid": lambda v: v.r.choice(AREAS.split())[:4] + "**********" + v.digits(4),
    "maskedcard": lambda v: f"6222 **** **** {v.digits(4)}",
    "tracking": lambda v: "SF" + v.digits(13, "2345"),
    "sscc18": lambda v: "3690" + v.digits(14),
    "iccidtail": lambda v: v.digits(16),
    "imei": lambda v: "86" + v.digits(13),
    "mobilehex": lambda v: f"{v.r.choice('abcdef')}{v.mobile()}{v.r.choice('abcdef')}",
    "b64": lambda v: v.base64(90),
    "b64short": lambda v: v.base64(32).rstrip("="),
    "b64line": lambda v: v.base64(48),
    "pem": Values.pem,
}
