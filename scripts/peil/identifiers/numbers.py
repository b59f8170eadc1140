"""Numbers that belong to one person: phone, BSN, bank account, card, identity document."""

import re

import phonenumbers
from stdnum import iban, luhn
from stdnum.nl import bsn

from peil.identifiers.recogniser import Recogniser, ignoring_case

_DIGIT = re.compile(r"\d")
_NOT_DIGITS = re.compile(r"\D")
# What goes before a number that says what it is: an order, a thing, an amount.
_THING = ignoring_case(
    r"\b(?:order|bestel(?:ling)?|artikel|art|product|factuur|serie|model|type|typ|versie|kenmerk|"
    r"barcode|ean|isbn|bedrag|kvk|btw|rsin|meter(?:stand)?|aantal|bouwjaar|iso|nen|sku|batch|"
    r"lot|onderdeel|vergunning|track\s?(?:&|and)\s?trace|pakket)"
    r"(?:\s?-?(?:nummer|nr|code|stand))?s?\.?\s*(?:is|was|:|#)?\s*$|[€$£]\s?$"
)
_MEASURE = ignoring_case(
    r"\s?(?:euro|eur|€|%|inwoners|mensen|keer|x\b|km|m2|m3|kg|stuks|woningen|huishoudens|bytes|kwh)"
)
_A_DATE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:(?:19|20)\d\d)(?!\d)"
    r"|(?:19|20)\d\d[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12]\d|3[01])(?!\d)"
)
_A_TIME = re.compile(r"[0-2]?\d[.:][0-5]\d\s?(?:-|tot|/)\s?[0-2]?\d(?:[.:][0-5]\d)?")
# Service numbers lead to an organisation, never to a person.
_SERVICE = re.compile(r"0?(?:800|900|906|909)|14\d{3,4}$|116\d{3}$")


def _digits(text: str) -> str:
    return _NOT_DIGITS.sub("", text)


def _is_thing(match: re.Match) -> bool:
    """Whether the words before or after a number say that it counts or names a thing."""
    before = match.string[max(0, match.start() - 30) : match.start()]
    return bool(_THING.search(before)) or bool(_MEASURE.match(match.string, match.end()))


def _is_no_number(text: str) -> bool:
    return bool(_A_DATE.match(text) or _A_TIME.match(text) or re.match(r"0[.,]\d+$", text))


def _is_phone(match: re.Match) -> bool:
    text = match["it"] if "it" in match.re.groupindex else match[0]
    if _is_no_number(text) or _is_thing(match):
        return False
    is_foreign = "+" in text
    digits = _digits(re.sub(r"^\W*[oO](?=6)", "0", text))
    if is_foreign or digits.startswith("00"):
        digits = digits if is_foreign else digits[2:]
        if digits.startswith("310"):
            digits = "31" + digits[3:]
        if digits.startswith("31"):
            return len(digits) == 11 and digits[2] != "0"
        try:
            number = phonenumbers.parse("+" + digits, None)
        except phonenumbers.NumberParseException:
            return False
        return (
            phonenumbers.is_possible_number(number)
            if is_foreign
            else phonenumbers.is_valid_number(number)
        )
    if len(digits) != 10 or digits[0] != "0" or digits[1] == "0" or _SERVICE.match(digits):
        return False
    # The digits in their order, as a scale is written out.
    return not (digits == "0123456789" and not text.isdigit())


def _is_announced_phone(match: re.Match) -> bool:
    text = match["it"]
    digits = _digits(text)
    return (
        not _is_no_number(text)
        and not _SERVICE.match(digits)
        and 6 <= len(digits) <= 15
        and not _MEASURE.match(match.string, match.end())
        and len(set(digits[1:])) > 1
    )


def _is_bsn(match: re.Match) -> bool:
    return bsn.is_valid(_digits(match[0])) and not _is_thing(match)


def _is_iban(match: re.Match) -> tuple[int, int] | None:
    """The longest beginning that is one: words may follow without a mark between."""
    start = match.start("it")
    for end in range(match.end("it"), start + 14, -1):
        if match.string[end - 1].isalnum() and iban.is_valid(
            match.string[start:end], check_country=False
        ):
            return start, end
    return None


def _is_card(match: re.Match) -> bool:
    digits = _digits(match[0])
    return digits[0] in "23456" and len(set(digits)) > 1 and luhn.is_valid(digits)


_WORDS = r"(?:nul|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)"
_TENS = (
    r"(?:(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)(?:en|ën))?"
    r"(?:tien|elf|twaalf|dertien|veertien|vijftien|zestien|zeventien|achttien|negentien|twintig|"
    r"dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig)"
)
_SEP = r"[ .\-/()]{0,3}"
_SHAPES = (
    r"\d{9}"
    r"|\d{3}(?P<a>[ .\-/,_])\d{3}(?P=a)\d{3}"
    r"|\d{4}(?P<b>[ .\-/])\d{2}(?P=b)\d{3}"
    r"|\d{2}(?P<c>[ .])\d{2}(?P=c)\d{2}(?P=c)\d{3}"
    r"|\d{3}(?P<d>[ .])\d{2}(?P=d)\d{2}(?P=d)\d{2}"
    r"|\d{4}(?P<e>[ .\-])\d{3}(?P=e)\d{2}"
    r"|\d{2}(?P<f>[ .\-])\d{3}(?P=f)\d{4}"
    r"|\d{3} - \d{3} - \d{3}|\d{4} - \d{2} - \d{3}"
    r"|\d{4}\.\d{2}[ -]\d{3}|\d{4} \d{5}|\d{5} \d{4}|\d{3} \d{6}|\d{6} \d{3}"
    r"|\d(?P<g>[ .\-])\d(?:(?P=g)\d){7}"
    r"|\d{2}(?P<h>[ .])\d{2}(?P=h)\d{2}(?P=h)\d{2}(?P=h)\d"
    r"|\d(?P<i>[ .])\d{2}(?P=i)\d{2}(?P=i)\d{2}(?P=i)\d{2}"
)
_BSN_CUE = (
    r"\b(?:bsn|b\.s\.n\.?|burger\s?-?service\s?-?(?:nummer|nr)|sofi(?:\s?-?(?:nummer|nr))?|sv\s?-?nummer)"
    r"[^\d\n]{0,18}"
)
_PHONE_CUE = (
    r"\b(?:tel(?:efoon)?\s?-?(?:nummer|nr|no)?|telnr|mobiel(?:e)?(?:\s?(?:telefoon)?(?:nummer|nr))?|gsm|"
    r"mob|whats\s?app(?:en)?|app(?:en)?|sms(?:en)?|(?:terug)?bel(?:len|t)?|gebeld|bereikbaar|bereiken|"
    r"mijn (?:vaste )?nummer|nummer is|thuisnummer|doorkiesnummer)\b\W{0,4}"
    r"(?:(?:me|mij|ons|even|is|naar|op|via|dan|maar|nummer|onder|het|mijn|aub|graag|terug|vast|mobiel)\W{1,3}){0,5}"
)
RECOGNISERS = (
    Recogniser(
        "IBAN",
        ignoring_case(
            r"(?:(?<![^\W_])|(?<=iban))"
            r"(?P<it>[A-Z]{2}[ .\-]?\d{2}(?:[ .\-]?[A-Z0-9]){11,30})(?![^\W_])"
        ),
        _is_iban,
        digits=8,
    ),
    Recogniser(
        "IBAN",
        ignoring_case(
            r"(?:(?<![^\W_])|(?<=iban))NL[ .\-]{0,3}\d[ .\-]?\d(?:[ .\-/]{0,3}[A-Z]){4}"
            r"(?:[ .\-/]{0,3}\d){10}(?!\d)"
        ),
        needs=("nl",),
        digits=12,
    ),
    Recogniser(
        "account",
        ignoring_case(
            r"\b(?:bank|giro|spaar)?(?:rekening|giro)(?:\s?-?(?:nummer|nr))?\b[^\d\n]{0,12}"
            r"(?P<it>\d(?:[ .\-]?\d){5,11})(?![\d]|[.,]\d)"
        ),
        lambda m: not _is_no_number(m["it"]) and not _MEASURE.match(m.string, m.end()),
        ("rekening", "giro"),
        6,
    ),
    Recogniser(
        "card",
        re.compile(r"(?<![\w.,-])\d{4}([ .\-]?)\d{4}\1\d{4}\1\d{4}(?![\w]|[ .\-]\d)"),
        _is_card,
        digits=16,
    ),
    Recogniser(
        "BSN",
        ignoring_case(_BSN_CUE + r"(?P<it>\d(?:" + _SEP + r"\d){7,8})(?!\d)"),
        needs=("bsn", "b.s.n", "burger", "sofi", "sv"),
        digits=8,
    ),
    Recogniser(
        "phone",
        ignoring_case(
            r"(?<![\w+])(?<!\d[.,])(?:\(?\+\s?\(?|\(?0|o(?=\W{0,3}6)|O(?=\W{0,3}6))(?:"
            r"[ .\-/()]{0,3}\d){7,14}(?![ .\-/]{0,2}\d)(?!\w)"
        ),
        _is_phone,
        digits=8,
    ),
    # The same when other digits stand beside it: the ways of writing that stand by themselves.
    Recogniser(
        "phone",
        ignoring_case(
            r"(?<![\w+.])(?:(?:\+|00) ?31 ?(?:\(0\) ?)?6|[(\[]?[0o]6[)\]]?|\(0\)6|nul\s?6)"
            r"[ .\-/_~:*|=]{0,3}\d(?:[ .\-_~/]{0,3}\d){7}(?!\d)"
        ),
        lambda m: not _is_no_number(m[0].replace(":", ".")) and not _is_thing(m),
        digits=8,
    ),
    Recogniser(
        "phone",
        re.compile(
            r"(?<![\w.,])\(?0\d{1,3}\)?(?: ?- ?| )\d{6,8}(?![\w]|[.,]\d)"
            r"|(?<![\w.,-])0[1-9]\d{8}(?!\w)"
        ),
        _is_phone,
        digits=10,
    ),
    Recogniser(
        "phone",
        re.compile(
            r"(?<![\w+.,-])6(?:[ .\-/]\d{8}|[ .\-]\d{2}(?:[ .\-]\d{2}){3}|[ .\-]\d{4}[ .\-]\d{4})"
            r"(?![\w]|[.,]\d)"
        ),
        lambda m: not _is_thing(m),
        digits=9,
    ),
    Recogniser(
        "phone",
        re.compile(r"(?<![\w.,])(?:\(\d{3}\)\s?|\d{3}[.\-])\d{3}[ .\-]\d{4}(?![\w])"),
        lambda m: not _is_thing(m),
        digits=9,
    ),
    Recogniser(
        "phone",
        ignoring_case(
            rf"\b(?:nul[\s-]*zes|{_WORDS}(?:[\s,.-]+{_WORDS}){{2}})(?:[\s,.-]+(?:{_WORDS}|{_TENS}|\d{{1,4}}))"
            r"{4,10}\b|\bnul[\s-]*zes[\s-]*(?:\d[ .\-]?){7,8}"
        ),
        needs=("nul", "zes", "een", "één", "twee", "drie", "vier", "vijf"),
    ),
    Recogniser(
        "BSN",
        re.compile(rf"(?<!\w)(?<!\d[.,/\-])(?:{_SHAPES})(?!\w)(?![.,/\-]\d)"),
        _is_bsn,
        digits=9,
    ),
    Recogniser(
        "phone",
        ignoring_case(_PHONE_CUE + r"(?P<it>\+?\(?\d(?:" + _SEP + r"\d){5,14})(?!\d|[.,:]\d)"),
        _is_announced_phone,
        ("tel", "mob", "gsm", "app", "sms", "bel", "bereik", "nummer"),
        6,
    ),
    Recogniser(
        "document",
        ignoring_case(
            r"\b(?:paspoort|rijbewijs|identiteits(?:kaart|bewijs)|id\s?-?(?:kaart|bewijs)|document|"
            r"verblijfs?(?:document|vergunning)|v|vreemdelingen|polis|patient(?:en)?|patiënt(?:en)?|"
            r"cliënt(?:en)?|client(?:en)?|klant|relatie|personeels)\s?-?(?:nummer|nr\.?)?\W{0,3}(?:(?:is|was|met|nummer)\W{1,3}){0,3}"
            r"(?P<it>(?=[A-Z]*\d)[A-Z0-9](?:[.\-]?[A-Z0-9]){6,11}|\d{2,5}(?: \d{2,5}){1,4})\b"
        ),
        lambda m: (
            len(_DIGIT.findall(m["it"])) >= 3
            and not _is_no_number(m["it"])
            and bool(re.fullmatch(r"\d+(?:[ .\-]\d+)*|[A-Z0-9.\-]+", m["it"]))
        ),
        ("nummer", "nr", "bewijs", "kaart", "paspoort", "document", "vergunning"),
        3,
    ),
    Recogniser(
        "document",
        ignoring_case(
            r"\b(?:kenteken|nummerbord|nummerplaat)\b\W{0,3}(?:(?:is|van|mijn|auto|nummer|met|de)\W{1,3}){0,4}"
            r"(?P<it>(?=\S*\d)[A-Z0-9]{1,3}[ \-]?[A-Z0-9]{2,3}[ \-]?[A-Z0-9]{1,2})\b"
        ),
        needs=("kenteken", "nummerbord", "nummerplaat"),
        digits=1,
    ),
)
TRIGGER = (
    r"\d(?:[^\da-zA-Z]{0,3}\d){7}|(?i:\bnul\b|nul6|nulzes|(?:kenteken|nummer(?:bord|plaat)).*\d"
    r"|[a-z]{2}[ .\-]{0,3}\d[ .\-]?\d[ .\-/]{0,3}[a-z]|\bo\W{0,3}6"
    r"|(?:tel|mob|gsm|app|sms|bel|bereik|nummer|rekening|giro|nr|kaart|bewijs|document|paspoort)"
    r".*\d[^\d]?[^\d]?[^\d]?\d.*\d.*\d"
    r"|\b(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)[\s,.-]+(?:nul|een|één|twee|drie|vier"
    r"|vijf|zes|zeven|acht|negen)[\s,.-]+(?:nul|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)\b)"
    r"|[^\x00-\x{24F}]\D{0,3}[^\x00-\x{24F}]\D{0,3}[^\x00-\x{24F}]|[\x{AD}\x{200B}-\x{2015}\x{2060}]"
)
