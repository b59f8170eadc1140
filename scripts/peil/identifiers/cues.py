"""Words that say that a name follows, or that one only seems to stand there."""

import re

# After these comes a name, whatever the word is, when it has a capital.
ANNOUNCING = re.compile(
    r"\b(?:(?<!de )(?:voor|achter|familie|roep|meisjes)?naam\s?(?:is|was|luidt|:|=)+"
    r"|(?:ik|hij|zij|ze|die|man|vrouw|wij|dat)\s(?:heet|heette|heten)|heet\sik|genaamde?"
    r"|noem\s(?:me|mij)|ondergetekende|contactpersoon|behandelaar|behandelend ambtenaar"
    r"|aanvrager|melder|afzender|afz\.?|indiener"
    r"|(?:ingezonden|ondertekend|ingevuld|geschreven|opgesteld|ingediend|gemeld) door|getekend"
    r"|w\.g\.|t\.a\.v\.|tav|ter attentie van|attn\.?)"
    r"\s?(?:is|was|heet|:|,|-|door)*[\s\"'(]*",
    re.IGNORECASE,
)
# After these a capital is a name, unless it begins the name of an organisation.
MEETING = re.compile(
    r"\b(?:geholpen door|gesproken met|sprak met|gesprek met|contact (?:gehad )?met|gebeld met"
    r"|afspraak met|(?:balie)?(?:mede)?werk(?:er|ster)|ambtenaar|collega|consulente?"
    r"|klantmanager|casemanager|begeleid(?:er|ster)|buur(?:man|vrouw|jongen|meisje)"
    r"|mijn (?:man|vrouw|zoon|zoontje|dochter|dochtertje|moeder|vader|partner|echtgenote?|broer"
    r"|zus|oma|opa|kind|vriend|vriendin|ex|schoonmoeder|schoonvader|mantelzorger)"
    r"|naar ene|ene|een zekere)\s?(?:is|,|:|die|genaamd|heet)?[\s\"'(]*",
    re.IGNORECASE,
)
# After these a name ends the text.
GREETING = re.compile(
    r"\b(?:groet(?:en|jes)?|mvg|m\.v\.g\.|gr\.?|grtz|hoogachtend|liefs|xx?|met dank"
    r"|(?:alvast )?bedankt|dank u(?: wel)?|dankjewel|bvd|b\.v\.d\.|namens)"
    r"(?:\s?(?:van|aan u))?[\s,.:;!\n-]{1,6}[\"'(]?",
    re.IGNORECASE,
)
DEAR = re.compile(r"\b(?:beste|lieve|hallo|hoi|dag)\s$", re.IGNORECASE)
# After a name these make it the name of a street, a building, a saying.
INSTITUTION = re.compile(
    r"[\s-]*(?:\w*(?:straat|laan|weg|plein|gracht|singel|school|college|ziekenhuis|museum"
    r"|stadion|arena|theater|stichting|fonds|tunnel|polder|lyceum|gasthuis|buurt|kwartier"
    r"|gebouw|kliniek)\b"
    r"|(?:park|kerk|brug|kade|hof|huis|dijk|haven|markt|kapel|mavo|wijk|tower|hal|clinic)\b"
    r"|(?:modaal|alleman|en\s+alleman|met\s+de\s+pet|klaassen|splinter|cruijff|paulowna"
    r"|frank\b|luther|hood|heijn|poppins|publiek|burger|zwarte))",
    re.IGNORECASE,
)
# How words end that name a body, a place or a part played, not a person.
BODY = re.compile(
    r"(?:zorg|hulp|loket|balie|punt|centrum|huis|desk|dienst|diensten|service|team|bureau|raad"
    r"|wijk|buurt|vereniging|stichting|corporatie|coöperatie|bedrijf|winkel|groep|partij|fonds"
    r"|kamer|zaken|beheer|bouw|werken|steun|coach|instantie|instelling|afdeling|commissie"
    r"|bestuur|overleg|bond|club|kantoor|praktijk|centrale|gemeente|provincie|overheid"
    r"|ambtenaa?r|medewerk(?:er|ster)|bewoners?|inwoners?|burgers?|bezoekers?|klant(?:en)?"
    r"|ondernemers?|wethouder|minister|huurders?|ouders?|buren|mensen|meester|school|college"
    r"|kliniek|praktijk|verzekeraar|verzekering|bank|politie|justitie|recht|jeugd|wmo|beleid"
    r"|administratie|receptie|secretariaat|directie|ing|heid|schap|isme|atie|iteit"
    r"|voorzitter|secretaris|eigenaar|huurder|student|docent|leraar|lid|leden)(?:e?n|s)?$",
    re.IGNORECASE,
)
ROYAL = re.compile(r"\b(?:sint|st\.?|prins(?:es)?|koning(?:in)?)\s$|\w-$", re.IGNORECASE)
# Before a given name that stands alone these make it something else.
NOT_BEFORE = re.compile(
    r"(?:\b(?:sint|st\.?|sinter|prins(?:es)?|koning(?:in)?|keizer|zwarte|paus|heilige|jezus"
    r"|profeet|cycl(?:us|oon)|café|cafe|hotel|restaurant|basisschool|school|winkel|firma|fa\.?"
    r"|albert|studio|kapsalon|de|het|een|mijn|geen|per|\d+)\s?|[\d/&@._]|\w-)$",
    re.IGNORECASE,
)
DATE_FOLLOWS = re.compile(r"\s*[\d./'’]+\d|\s*[-/]\s*(?:feb|mrt|maart|jun|dec|jul)", re.IGNORECASE)
_PREFIX = r"(?:van|de|der|den|het|'t|ten|ter|te|el|al|von|la|le|du|v\.?d\.?|in|op)"
INITIALS = re.compile(
    r"(?<![\w.])(?P<letters>(?:[A-Z]\.\s?|(?:Th|Ch|Ph|Joh|Chr|Fr|Jac|Wm|IJ|Tj|Sj)\.\s?){1,6})"
    rf"(?P<prefix>(?:(?i:{_PREFIX})\.?\s){{0,3}})"
    r"(?P<surname>[A-ZÀ-ÞŞĞÇİ][\wÀ-ÿ'’-]+(?:-[A-Z][\wÀ-ÿ'’]+)*)"
)
REVERSED = re.compile(
    rf"(?<!\w)(?P<prefix>(?:(?i:{_PREFIX})\s){{0,3}})"
    r"(?P<surname>[A-ZÀ-Þ][\wÀ-ÿ'’-]+(?: [A-ZÀ-Þ][\wÀ-ÿ'’-]+)?),\s?"
    rf"(?P<letters>(?:[A-Z]\.\s?){{1,6}})(?P<after>(?:{_PREFIX}\b\s?){{0,3}})"
)
