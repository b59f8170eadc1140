"""E-mail addresses, addresses on the web that lead to one person, IP addresses and tokens."""

import ipaddress
import re

from peil.identifiers.recogniser import Recogniser, ignoring_case

# Providers whose name alone makes `naam@provider` an address.
_PROVIDERS = (
    r"(?:gmail|googlemail|hotmail|outlook|live|msn|ziggo|kpn(?:mail|planet)?|planet|xs4all|yahoo|"
    r"icloud|home|upc(?:mail)?|casema|telfort|tele2|quicknet|hetnet|chello|solcon|caiway|proton"
    r"(?:mail)?|zeelandnet|kabelfoon|online|freedom|me|mac|gmx|web|aol|tutanota)"
)
_TLD = r"(?:nl|com|net|org|eu|be|de|info|nu|frl|amsterdam|invalid|example|test|uk|fr|pl|tr|io|me)"
_LOCAL = r"[\w.%+'-]+(?:\s+(?:punt|dot|underscore|streepje)\s+[\w-]+)*"
_DOT = (
    r"(?:\s*[(\[{<]\s*(?:dot|punt|\.)\s*[)\]}>]\s*|\s+(?:dot|punt)\s+"
    r"|[_-](?:dot|punt)[_-]|\s?\.\s?)"
)
_BRACKETED_AT = r"\s*[(\[{<]\s*(?:at|ape(?:n)?staart(?:je)?|@)\s*[)\]}>]\s*"
_EMAILS = (
    # Any length: the whole address, and what follows it.
    rf"[\w.%+'-]+@[\w-]+(?:\.[\w-]+)+|[\w.%+'-]+\s?@\s?[\w-]+(?:\s?\.\s?{_TLD}\b)+"
    rf"|[\w.%+'-]+\s?@\s?{_PROVIDERS}\b|(?=[^\s@]*[a-z])[\w.%+'-]+\w@\w[\w-]*",
    rf"{_LOCAL}{_BRACKETED_AT}[\w-]+(?:{_DOT}[\w-]+)*",
    rf"{_LOCAL}\s+(?:ape(?:n)?staart(?:je)?|_at_|-at-)\s+[\w-]+(?:{_DOT}{_TLD}\b)*",
    rf"{_LOCAL}(?:\s+at\s+|_at_|-at-|\s*\(a\)\s*)[\w-]+(?:{_DOT}{_TLD}\b)+",
    rf"{_LOCAL}\s+at\s+(?!home|live|me|online|web|planet|freedom|mac|proton\b){_PROVIDERS}\b",
)
_URL = (
    r"(?:(?:https?|hxxps?|ftp)://|www\.)[^\s<>\"]+|(?<![\w@.])(?:[\w-]+\.)+" + _TLD + r"/[^\s<>\"]+"
)
_SECRETS = ignoring_case(
    r"[?&;#/](?:(?P<secret>[\w-]*(?:token|key|sleutel|sid|session|sessie|auth|hash|secret|password|"
    r"wachtwoord|invite|uitnodiging|e-?mail|bsn)[\w-]*)|[\w-]*(?:code|uid|guid|sig|user|respondent|"
    r"deelnemer|ticket|naam|name|tel|phone)[\w-]*|id|rid|pid|cid|u|t|k|r|i)[=/](?P<value>[^&#/?\s]{4,})"
)
_PARAMETER = re.compile(r"[?&#][\w.-]+=(?P<value>[\w-]{6,})")
_PARTS = re.compile(r"[^/?&=#;]+")
_PROFILES = ignoring_case(
    r"(?:linkedin\.com/in|facebook\.com|fb\.com|instagram\.com|(?:twitter|x)\.com|tiktok\.com|"
    r"wa\.me|t\.me|snapchat\.com/add|youtube\.com/@|mastodon\.[a-z]+|bsky\.app/profile)/?"
    r"@?(?P<who>[\w.%-]{3,})"
)
_UUID = r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
_VERSION = ignoring_case(
    r"\b(?:versie|version|release|firmware|build|paragraaf|par\.?|hoofdstuk|artikel|art\.?|sectie|"
    r"bijlage|v|§|nr\.?)\s*$"
)


def _is_token(part: str) -> bool:
    """Whether a piece of an address is drawn at random rather than made of words."""
    solid = re.sub(r"[-_.~%]", "", part)
    digits = sum(c.isdigit() for c in solid)
    if len(solid) < 8 or digits == 0:
        # Capitals inside a word: words in an address are separated.
        return len(solid) >= 10 and len(re.findall(r"[a-z][A-Z]", solid)) >= 3
    if digits == len(solid):
        return len(solid) >= 9
    if len(re.findall(r"\d+", part)) == 1 and re.fullmatch(r"[a-z.-]+-?\d{1,4}(?:\.\w+)?", part):
        return False
    if re.fullmatch(r"\d{1,4}(?:[-_]?[a-z]{3,})+(?:\.\w+)?", part):
        return False
    words = re.findall(r"[A-Za-z]{4,}", part)
    return (
        sum(map(len, words)) < 0.6 * len(solid)
        or len(re.findall(r"[a-z][A-Z]|\d[A-Za-z]|[A-Za-z]\d", part)) >= 4
    )


def _leads_to_somebody(match: re.Match) -> bool:
    url = match[0].rstrip(".,;:!?)")
    where = re.sub(r"^\w+://", "", url)
    if "@" in where.split("/")[0]:
        return True
    if any(map(_is_value, _SECRETS.finditer(where))):
        return True
    if any(map(_is_mixed, _PARAMETER.finditer(where))):
        return True
    path = where.partition("/")[2]
    return any(_is_token(part) for part in _PARTS.findall(path))


def _is_mixed(match: re.Match) -> bool:
    """Letters and digits through each other, whatever the parameter is called."""
    value = match["value"]
    is_word = re.fullmatch(r"[a-z-]+\d{1,4}|\d{1,4}[a-z-]+|[\d-]+T?[\d:.]*Z?", value, re.IGNORECASE)
    return not is_word and bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value))


def _is_value(match: re.Match) -> bool:
    """Whether a parameter names a person or a secret; a word or a small number does not."""
    value = match["value"]
    is_given = match["secret"] and match[0][len(match["secret"]) + 1] == "="
    return bool(re.search(r"\d", value)) or "@" in value or len(value) >= 12 or bool(is_given)


def _is_person(match: re.Match) -> bool:
    who = match["who"].lower().strip(".")
    return who not in {"groups", "pages", "events", "share", "sharer", "home", "hashtag", "watch"} \
        and "gemeente" not in who  # fmt: skip


def _is_ip(match: re.Match) -> bool:
    try:
        ipaddress.ip_address(match["it"].partition("%")[0])
    except ValueError:
        return False
    return not _VERSION.search(match.string[max(0, match.start() - 14) : match.start()])


def _is_ipv6(match: re.Match) -> bool:
    text = match["it"].partition("%")[0]
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    # "::" is an address by the rules, and a piece of punctuation in a text.
    return len(text) > 3


def _is_secret(match: re.Match) -> bool:
    value = match["it"].rstrip(".,;:!?)")
    is_mixed = bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value))
    return is_mixed or (len(value) >= 4 and bool(re.search(r"\d", value)) and bool(match["is"]))


def _is_random(match: re.Match) -> bool:
    """Sixteen characters or more, letters and digits through each other."""
    text = match[0]
    changes = len(re.findall(r"[A-Za-z]\d|\d[A-Za-z]", text))
    if re.fullmatch(r"[0-9a-fA-F]+", text):
        return bool(re.search(r"[a-fA-F]", text)) and changes >= 3
    return (
        changes >= 3
        and bool(re.search(r"[a-z]", text))
        and (bool(re.search(r"[A-Z]", text)) or changes >= 5)
    )


_AT = (
    "@",
    "apestaart",
    "apenstaart",
    " at ",
    "at)",
    "at]",
    "at}",
    "at>",
    "at )",
    "_at_",
    "-at-",
    "(a)",
)
RECOGNISERS = (
    Recogniser("token", ignoring_case(_URL), _leads_to_somebody, ("/",)),
    Recogniser("profile", _PROFILES, _is_person, ("/", ".com")),
    *(Recogniser("e-mail", ignoring_case(pattern), needs=_AT) for pattern in _EMAILS),
    Recogniser(
        "profile",
        ignoring_case(
            r"\b(?:twitter|insta(?:gram)?|facebook|snap(?:chat)?|tiktok|linkedin|telegram|bluesky|"
            r"threads|discord|account|volg|gebruiker)\b\W{0,3}"
            r"(?:(?:is|me|mij|op|als|naam)\W{1,3}){0,3}(?P<it>@(?!gemeente)[\w.]{3,})"
        ),
        needs=("@",),
    ),
    Recogniser("token", ignoring_case(_UUID), needs=("-",), digits=1),
    Recogniser("token", re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+){1,2}"), needs=("eyj",)),
    Recogniser(
        "token",
        ignoring_case(
            r"\b(?:token|wacht\s?woord|password|passwd|pin(?:\s?-?code)?|"
            r"(?:inlog|toegangs|activatie|deelname|deelnemers?|log-?in|uitnodigings|verificatie|"
            r"herstel)\s?-?(?:code|sleutel|naam)|gebruikersnaam|user\s?name|api[-_ ]?key|"
            r"(?:sessie|session)(?:\s?-?id)?|respondent(?:\s?-?(?:id|nummer))?|digid(?:\s?-?code)?)\b"
            r"\s?(?P<is>is|was|:|=|->)?\s*[\"'(]?(?P<it>[\w!@#$%^&*+=.-]{4,})"
        ),
        _is_secret,
        digits=1,
    ),
    Recogniser(
        "token", re.compile(r"(?<![\w/.-])[A-Za-z0-9_]{16,}(?![\w/])"), _is_random, digits=2
    ),
    Recogniser("IP", ignoring_case(r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b")),
    Recogniser(
        "IP",
        ignoring_case(
            r"(?<![\w:])(?P<it>(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|\d{1,3}(?:\.\d{1,3}){3})?"
            r"(?:%\w+)?)(?![\w:])"
        ),
        _is_ipv6,
        (":",),
    ),
    Recogniser(
        "IP",
        re.compile(r"(?<![\w.])(?P<it>\d{1,3}(?:\.\d{1,3}){3})(?![\w]|\.\d)"),
        _is_ip,
        digits=4,
    ),
)
TRIGGER = (
    r"@|%40|&#|&commat|(?i:\bat\b|\(a\)|apen?st|[_-]at[_-]|at\s*[)\]}]|https?:|hxxp|www\."
    r"|\w\.\w+/\S|[0-9a-f]*:[0-9a-f]*:|(?:woord|token|passw?|code|sleutel|naam|key|id|pin"
    r"|sess\w*|nummer)\W.*\d)|\d\.\d+\.\d+\.\d|[A-Za-z0-9_]{16}"
    r"|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}|(?:[0-9A-Fa-f]{2}-){5}|[\x{FF00}-\x{FFEF}\x{200B}-\x{200F}]"
)
