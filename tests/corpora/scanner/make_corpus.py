"""Makes the scanner corpus from the hand-written templates: `python -m <package>.make_corpus`.

A template holds marks: «kind.form» is a secret, drawn and recorded; «~name» is filler that only makes the text real.
The templates of dev and of held_out lie in two directories: no template is in both, and whoever tunes the scanner
reads dev alone. The seed of an item is its own id, so a new template changes no other item.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .files import MEDIA_TYPES, WRITERS, gps_text
from .values import Values

HERE = Path(__file__).parent
SEED = "onsite-scanner-1"
PARTS = ("dev", "held_out")
RENDERINGS = 2
KINDS = ("id_number", "mobile", "bank_card", "password", "key", "connection", "location")
KIND_OF_MARK = {"id": "id_number", "card": "bank_card"}
MARK = re.compile(r"«(~?)([\w.]+)»")
DIGITS = re.compile(r"\d(?:[ -]?\d)*[Xx]?")
MOBILE = re.compile(r"(?:(?:00)?86)?1(?:3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}")


@dataclass(frozen=True)
class Template:
    """One hand-written context. `flags` says what its fillers may do; `options` how a file is written."""

    slug: str
    language: str
    positive: bool
    body: str
    placed: str
    flags: frozenset[str]
    options: dict[str, str]


@dataclass(frozen=True)
class Rendered:
    """A template with its marks filled."""

    body: str
    placed: str
    kinds: list[str]
    secrets: list[str]


def templates_in(path: Path) -> Iterator[Template]:
    """The blocks of one template file; a line `=== slug words` opens each."""
    polarity, language = path.stem.split("_")
    for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, text = block.partition("\n")
        slug, *words = head.split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        body, _, placed = text.rstrip("\n").partition("\n%%\n")
        flags = frozenset(word for word in words if word[0] == "!")
        spoken = options.get("lang", language)
        yield Template(slug, spoken, polarity == "positive", body, placed, flags, options)


def luhn(number: str) -> bool:
    return sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(number))) % 10 == 0


def looks_real(text: str) -> bool:
    """Whether any run of digits could be taken for a mobile number, a card of a real issuer, or a resident number."""
    plain = text.translate({0xFF10 + n: str(n) for n in range(10)})
    for run in DIGITS.findall(plain):
        pieces = re.split(r"[ -]", run)
        for first in range(len(pieces)):
            for last in range(first, len(pieces)):
                joined = "".join(pieces[first : last + 1])
                digits = joined.rstrip("Xx")
                # No issuer begins with 0 or 1, nor with 20: dates and machine-made ids may pass by chance, as they do.
                card = 16 <= len(digits) <= 19 and digits[:2] != "20" and digits[0] not in "01" and luhn(digits)
                if card or MOBILE.fullmatch(digits):
                    return True
    return False


def rendered(template: Template, source: random.Random) -> Rendered:
    """The template with every mark drawn; drawn again while its fillers look real by accident."""
    for _ in range(400):
        values, kinds, secrets = Values(source), set[str](), list[str]()

        def fill(
            mark: re.Match[str], values: Values = values, kinds: set[str] = kinds, out: list[str] = secrets
        ) -> str:
            if mark[1]:
                return values.filler(mark[2])
            value = values.secret(mark[2])
            kind = mark[2].partition(".")[0]
            kinds.add(KIND_OF_MARK.get(kind, kind))
            out.append(value)
            return value

        body, placed = MARK.sub(fill, template.body), MARK.sub(fill, template.placed)
        rest = f"{body}\n{placed}"
        for secret in secrets:
            rest = rest.replace(secret, "§")
        if "!digits" in template.flags or not looks_real(rest):
            if template.positive and template.options.get("place") in {"gps", "xmpgps", "photo"}:
                kinds, secrets = {"location"}, [gps_text("south" in template.slug)]
            assert bool(kinds) == template.positive, template.slug
            return Rendered(body, placed, [kind for kind in KINDS if kind in kinds], secrets)
    raise ValueError(f"{template.slug}: its own words look like a number that the scanner must find")


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def make_texts(part: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for path in sorted((HERE / "templates" / part).glob("*_[ez][nh].txt")):
        for template in templates_in(path):
            known = set[str]()
            for turn in range(RENDERINGS):
                name = f"{'p' if template.positive else 'n'}-{template.language}-{template.slug}-{turn + 1}"
                item = rendered(template, random.Random(f"{SEED}:{name}"))
                if item.body not in known:  # A template without a number of its own is one item.
                    known.add(item.body)
                    rows.append(
                        {
                            "id": name,
                            "language": template.language,
                            "text": item.body,
                            "kinds": item.kinds,
                            "secrets": item.secrets,
                        }
                    )
    return rows


def make_files(part: str, folder: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((HERE / "templates" / part).glob("*_files.txt")):
        for template in templates_in(path):
            form = template.options["fmt"]
            name = f"{'p' if template.positive else 'n'}-{form}-{template.slug}"
            item = rendered(template, random.Random(f"{SEED}:{name}"))
            options = template.options | {"slug": template.slug}
            (folder / f"{name}.{form}").write_bytes(WRITERS[form](item.body, item.placed, options))
            rows.append(
                {
                    "id": name,
                    "language": template.language,
                    "name": f"{name}.{form}",
                    "media_type": MEDIA_TYPES[form],
                    "kinds": item.kinds,
                    "secrets": item.secrets,
                }
            )
    return rows


def main() -> None:
    for part in PARTS:
        target = HERE / part
        rows = make_files(part, target / "files")
        write_lines(target / "files.jsonl", rows)
        texts = make_texts(part)
        write_lines(target / "texts.jsonl", texts)
        print(f"{part}: {len(texts)} texts, {len(rows)} files")


if __name__ == "__main__":
    main()
