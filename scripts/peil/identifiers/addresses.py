"""Where and when somebody lives or was born: postcode, address, coordinates, date of birth."""

import re

from stdnum.nl import postcode

from peil.identifiers.lists import SMALL_WORDS, UNITS
from peil.identifiers.recogniser import Recogniser, ignoring_case

# Two letters after four digits that are a unit or a word. In a text "1000 km" is no postcode.
_PRODUCT = ignoring_case(
    r"\b(?:type|typ|model|artikel|art|product|versie|serie|iso|nen|en|din|order|bestel|factuur|kenmerk|"
    r"dossier|zaak|windows|office|kamer|lokaal|lijn|bus|trein|vlucht|code|ref|referentie|iec|route|"
    r"onderdeel|apparaat|lamp|band|formulier)(?:\s?-?(?:nummer|nr|code))?\.?\s*(?:is|:|#)?\s*$|[€$£]\s?$"
)
_ANNOUNCED = ignoring_case(
    r"(?:\bpostcode|\bpost\s?code|\bpc|adres|woon(?:achtig)?|wonend|straat|laan|weg|plein|kade|gracht|singel|"
    r"hof|dijk|pad|steeg|\d+\s?[a-z]?\s?,)\W{0,3}(?:(?:is|op|in|aan|te|mijn|nr|nummer)\W{0,3}){0,3}"
    r"(?:\d+\s?[a-z]?\W{1,3})?$"
)


def _is_postcode(match: re.Match) -> bool:
    digits, gap, letters = match["digits"], match["gap"], match["letters"]
    before = match.string[max(0, match.start() - 34) : match.start()]
    if not postcode.is_valid(digits + letters.upper()):
        return False
    if _ANNOUNCED.search(before):
        return True
    if _PRODUCT.search(before):
        return False
    low = letters.lower()
    if letters.isupper() and not match.string.isupper():
        # Capitals among small letters: a postcode, unless it is a round number of some unit.
        return not (low in UNITS and gap and digits.endswith("00"))
    if low in UNITS:
        return "-" in gap and not digits.endswith("0")
    # Set solid it is no word: "9712en" is a postcode, "2024 en" a sentence, which goes on.
    is_last = not match.string[match.end() :].strip(" .,!?)\"'")
    is_year = digits.startswith(("19", "20"))
    return not gap or low not in SMALL_WORDS or (is_last and not is_year)


_STREETS = (
    "straat", "str.", "laan", "weg", "plein", "kade", "gracht", "singel", "hof", "dijk", "pad",
    "steeg", "dreef", "plantsoen", "boulevard", "allee",
)  # fmt: skip
_STREET = r"[A-Za-zÀ-ÿ'.\- ]{0,40}?(?:" + "|".join(map(re.escape, _STREETS)) + ")"
# A whole text of a street and a number is an address; these begin a remark, or name a kind of road.
_NO_STREET = (
    r"(?!(?:in|de|op|aan|bij|het|onze|mijn|hier|langs|via|naar|van|voor|te|een|deze|die|en|ik)\b"
    r"|(?:fiets|voet|snel|rijks|zebra|wandel|spoor|ring|parkeer|school)?(?:pad|weg|plein)\b)"
)
_HOUSE = r"\s+\d{1,5}(?:\s?[-/]?\s?[a-zA-Z]{1,2}\b|\s?-\s?\d{1,4}|\s?(?:hs|huis|bis|[IVX]{1,4})\b)?"
_BORN = r"(?:geboren|geboorte\s?-?dat(?:um|a)|geb(?:\.|\b)|geb\.?\s?dat(?:um|\.)|verjaar(?:dag)?)"
_MONTH = r"(?:jan|feb|m(?:aa)?rt|apr|mei|jun|jul|aug|sep|okt|nov|dec)[a-z]*"
_BIRTHDAY = (
    rf"(?P<it>\d{{1,2}}\s?[-/. ]\s?(?:\d{{1,2}}|{_MONTH})\.?\s?[-/. ]\s?(?:19|20)?\d\d\b"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d\b)"
)
_PART = r"\d{1,3}(?:[.,]\d+)?\s?"
_DEGREES = rf"{_PART}°(?:\s?{_PART}['′](?:\s?{_PART}(?:\"|″|''))?)?"
RECOGNISERS = (
    Recogniser(
        "coordinates",
        re.compile(
            r"(?<![\d.,])5[0-3][.,]\d{3,}\s?(?:°?\s?[NnSs])?\s*[ ,;/|&]+\s*"
            r"(?:lon\w*\W{1,2}|[OoEe]\s)?0?[3-7][.,]\d{3,}(?!\d)"
            r"|(?<![\d.,])[3-7][.,]\d{4,}\s?(?:°?\s?[OoEe])?\s*[ ,;/|]+\s*5[0-3][.,]\d{4,}(?!\d)"
        ),
        digits=8,
    ),
    Recogniser(
        "coordinates",
        ignoring_case(
            rf"(?:[NZS]\s?)?{_DEGREES}\s?[NZS]?[\s,;]+(?:[OEW]\s?)?{_DEGREES}(?:\s?[OEW]\b)?"
        ),
        needs=("°",),
    ),
    Recogniser("coordinates", re.compile(r"///[^\W\d_]+\.[^\W\d_]+\.[^\W\d_]+"), needs=("///",)),
    Recogniser(
        "date of birth",
        ignoring_case(_BORN + r"[^\d\n]{0,24}" + _BIRTHDAY),
        needs=("geb", "verjaar"),
        digits=3,
    ),
    Recogniser(
        "address",
        ignoring_case(
            r"\b(?:(?:ik|wij|we|die|moeder|vader)?\s?(?:woon(?:t)?|wonen)(?:\s(?:ik|wij|we|al|zelf|nu))*|wonend(?:e)?|"
            r"woonachtig|(?:huis|woon|post|thuis)?adres(?:\sis|\swas)?)\s?:?\s(?:(?:op|aan|in|te|is|de|het|nu|al|jaren|nr)\s)*"
            rf"(?P<it>(?:{_STREET}|(?-i:[A-Z][a-zà-ÿ]+(?: [A-Z]?[a-zà-ÿ]+){{0,3}})){_HOUSE})"
        ),
        lambda m: (
            not re.match(
                r"\s?(?:jaar|jaren|hoog|km|kilometer|minuten|meter|maanden|euro|keer|uur)",
                m.string[m.end("it") :],
            )
            and not re.search(r"\b(?:19|20)\d\d$", m["it"])
        ),
        ("woon", "wonen", "adres"),
        1,
    ),
    Recogniser(
        "address",
        ignoring_case(
            rf"^\s*(?:{_NO_STREET}[A-Za-zÀ-ÿ'.\-]+\s){{0,2}}{_NO_STREET}[A-Za-zÀ-ÿ'.\-]{{2,}}?"
            rf"(?:{'|'.join(map(re.escape, _STREETS))}){_HOUSE}(?:\s*,.{{0,40}})?\s*$"
        ),
        needs=_STREETS,
        digits=1,
    ),
    Recogniser(
        "postcode",
        ignoring_case(
            r"(?<![\w€$£])(?<!\w[.,/\-:])(?<![€$£]\s)(?P<digits>[1-9]\d{3})(?P<gap>\s{0,2}|\s?[\-._]\s?)(?P<letters>[a-z]{2})"
            r"(?![^\W_]|\.[a-z])"
        ),
        _is_postcode,
        digits=4,
    ),
    Recogniser(
        "postcode",
        # With a house number set solid, or its letters apart; a year is not followed so.
        re.compile(
            r"(?<![\w€$£])(?<!\w[.,/\-:])(?!19|20)[1-9]\d{3}"
            r"(?:\s?[A-Z]{2}\d{1,4}| [A-Z] [A-Z])(?!\w)"
        ),
        lambda m: not _PRODUCT.search(m.string[max(0, m.start() - 34) : m.start()]),
        digits=4,
    ),
    Recogniser(
        "postcode",
        ignoring_case(
            r"\b(?:postcode|pc)\W{0,3}(?:is\W{1,2})?"
            r"(?P<it>\d(?:[ .]?\d){3}[ .\-]{0,2}[a-z][ .]?[a-z])\b"
        ),
        needs=("postcode", "pc"),
        digits=4,
    ),
    # A street with a number and a place behind it, whatever goes before.
    Recogniser(
        "address",
        re.compile(
            rf"\b(?P<it>[A-ZÀ-Þ][\wÀ-ÿ'.\-]*(?:{'|'.join(map(re.escape, _STREETS))}){_HOUSE})"
            r"(?=\s*,?\s*(?:\[postcode\]|(?<=,\s)[A-Z]|(?<=,)[A-Z]))"
        ),
        needs=_STREETS,
        digits=1,
    ),
)
TRIGGER = (
    r"[1-9][ .]?\d[ .]?\d[ .]?\d(?:\s{0,2}|\s?[\-._]\s?)[A-Za-z][ .]?[A-Za-z](?:[^A-Za-z]|$)|°|///"
    r"|5[0-3][.,]\d{3}|(?i:(?:\bgeb|geboorte|verjaar|\bwoo?n|woonacht|adres).*\d)"
    rf"|^[^\d]{{2,50}}(?i:{'|'.join(map(re.escape, _STREETS))})\s+\d"
    rf"|(?:{'|'.join(map(re.escape, _STREETS))})\s+\d+\s?[a-zA-Z]?,"
)
