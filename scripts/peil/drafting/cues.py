"""Words by which survey files say what a column or an answer is, in Dutch and English."""

import re
import unicodedata


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Codes for no answer. Whole labels, or short ones that begin so: "Ik weet niet waar ik moet zijn"
# is an answer.
_DONT_KNOW = _words(
    r"(?!.*\b(niet|know) (waar|hoe|wie|wat|of|welke|where|how|who|what|which|if)\b)"
    r"((ik )?weet( ik| het)?( echt)? niet|geen (mening|idee|oordeel)|don.?t know|do not know|"
    r"not sure|no opinion|unsure|can.?t say|cannot say|dk\b|dk/na|w\.?n\.?$|"
    r"(dat )?kan ik niet (zeggen|beoordelen)|wei(ss|ß) nicht|ne sait pas|no sabe)"
)
_REFUSED = _words(
    r"(dat |wil (ik )?)?(wil|zeg) ik (dat )?(liever )?niet|wil (ik )?(dat )?(liever )?niet zeggen|"
    r"zeg (ik )?liever niet|geen opgave|refus|weiger|prefer not|rather not|decline|"
    r"keine angabe|wil niet zeggen"
)
_NOT_ASKED = _words(
    r"n\.?\s?v\.?\s?t\b\.?|niet van toepassing|not applicable|n\.?/?a\.?$|not asked|niet gevraagd|"
    r"niet gesteld|not administered|(valid )?skip\b|inapplicable|doesn.?t apply|does not apply|"
    r"\{question_not_shown\}|routing|nicht zutreffend"
)
_SKIPPED = _words(
    r"geen antwoord|no answer|niet (in)?(ge|be)vuld|niet beantwoord|not answered|not stated|"
    r"missing|ontbre(e)?k|onbekend|unknown|blanco|leeg|overgeslagen|skipped|"
    r"seen but (un|not )answered|undetermined|system\b|user.?missing|undefined|keine antwort"
)
_REASONS = (
    ("refused", _REFUSED), ("dont_know", _DONT_KNOW), ("not_asked", _NOT_ASKED),
    ("skipped", _SKIPPED),
)  # fmt: skip
_LONGEST_MISSING = 48


def missing_reason(label: str) -> str:
    """Why a label is no answer: dont_know, refused, not_asked or skipped; empty for an answer."""
    text = re.sub(r"^[\W_]*(\d+[.:)=\s-]+)?", "", label.strip()).strip()
    if not text or len(text) > _LONGEST_MISSING:
        return ""
    return next((reason for reason, cue in _REASONS if cue.match(text)), "")


# What a tick and its absence are called. The absence is never taken for the tick.
TICKED = _words(
    r"aangevinkt|aangekruist|ja|yes|y|j|x|checked|ticked|genoemd|gekozen|mentioned|quoted|"
    r"selected|chosen|true|waar|wel|1|v|✓|✔|oui|si|sí|genannt"
)
NOT_TICKED = _words(
    r"(niet|not|non|no|nee|neen|geen|un|nicht)\b.*|nee|no|n|false|onwaar|0|unchecked|unselected|"
    r"unticked|-|leeg|empty|blank"
)
# "Other, please specify": beside ticks such a column may hold the text itself.
OTHER = _words(
    r"[-_ ]*(een |iets |op een |an |some)?(ander[es]?|overige?s?|other|oth|sonstige[sr]?|autre|"
    r"otro)\b(?! (gemeente|municipalit))"
)
TRUE = _words(
    r"1|ja|yes|y|j|true|waar|completed?|volledig|voltooid|afgerond|compleet|finished|klaar|"
    r"full|completed? (interview|response)|vollständig"
)
FALSE = _words(
    r"(niet|not|in|on|un)[ -]?.*|nee|no|n|false|0|partial.*|gedeeltelijk.*|deels.*|afgebroken|"
    r"screen.?out.*|screened.*|quota.*|terminated?|break.?off|drop.?out|abandon.*|disqualified|"
    r"gestopt|bezig|started|lopend"
)
TESTS = _words(r".*\b(test|preview|voorbeeld|spam|proef|demo|dummy).*")

# Fields of the respondent, by name or text.
RESPONDENT = _words(
    r"(^|[^a-z])(resp(ondent)?[\s_.-]*(nr|nummer|no|num(ber)?|id|code)?|(response|record|case|"
    r"interview|survey|unique|antwoord)[\s_.-]*(id|nr|no|number)|id|nr|nummer|no|uuid|guid|"
    r"serial|sleutel|volgnr|volgnummer|caseid|psraid|key|sys_respnum|lfdn|deelnemer(snummer)?|"
    r"panel(lid)?[\s_.-]?(id|nr)?|pid|rid|sid|ref(erence|erentie)?)([^a-z]|$)"
)
END_DATE = _words(
    r"submitdate|date submitted|datum ingediend|end[\s_.-]?(date|time)|eind(datum|tijd|e)?|"
    r"timestamp|tijdstempel|completion time|tijd van voltooien|(invul|interview|afname)?datum|"
    r"(interview|survey|submission|response)?[\s_.-]*date|ingevuld op|recorded ?date|"
    r"fecha|marca temporal"
)
OTHER_DATE = _words(
    r"start|begin|geboorte|birth|dob\b|datestamp|created|aangemaakt|uitnodig|invit|verzonden|sent|"
    r"contact(datum)?|deadline"
)
COMPLETE = _words(
    r"(is[\s_.-]*)?(finished|klaar|completed?|voltooid|afgerond|compleet|volledig ingevuld|"
    r"(interview|response|survey|completion|antwoord)[\s_.-]?(status|state)|status|dispo(sition)?|"
    r"complete[\s_.-]?flag)"
)
TEST_FLAG = _words(
    r"(is[\s_.-]*)?(test|testinzending|testrecord|test[\s_.-]?(case|record|flag|data|respondent|"
    r"interview)|preview|proef)"
)
DURATION = _words(
    r"duration( \(in seconds\))?|interview[\s_.-]?(time|duration|duur|length|tijd)|total time|"
    r"(invul)?duur( \(?(in )?seconden\)?)?|length of interview|loi|(total)?seconds|seconden"
)
WEIGHT = _words(
    r"(^|[^a-z])(w(eight|eging|eegfactor|gt|eeg|t|ght|ei)|(eind|start|basis|ophoog|design|"
    r"insluit|steekproef)?(gewicht|weging|weegfactor|factor)|gew|pw|finalwt|"
    r"weights?|calweight|pspwght|dweight|ponderatie|ponderation|peso)s?(\d|[^a-z]|$)|"
    r"weegfactor|eindgewicht|standaardisatie|weight$|weight[^a-z]|wgt"
)
BASE_WEIGHT = _words(
    r"design|base|basis|start|insluit|inclusion|selecti|steekproefgewicht|sampling|initial|dweight"
)
FINAL_WEIGHT = _words(r"final|eind|calibrat|gekalibreerd|rake|raking|post|totaal|total|pspw")
FACTOR = _words(
    r"standaardis|standardi[sz]|normali[sz]|normeer|scal(e|ing)|schaal|ophoog|expansion"
)
STRATUM = _words(r"strat(um|a|en|ificatie|ification)?([^a-z]|$)|stratum|steekproefcel|strata")
CLUSTER = _words(
    r"(^|[^a-z])(psu|ssu|clusters?|primary sampling unit|primaire steekproefeenheid|"
    r"enumeration area|ea_?(id|nr|code))([^a-z]|$)|cluster"
)
# Written by a tool, or for the administration of the fieldwork.
ADMINISTRATION = _words(
    r"lastpage|last page|startlanguage|start language|seed|start[\s_.-]?date|startdatum|datestamp|"
    r"progress|recorded[\s_.-]?date|distribution[\s_.-]?channel|user[\s_.-]?language|responseset|"
    r"start[\s_.-]?time|begintijd|locationaccuracy|collector[\s_.-]?id|custom data.*|jr|kw|org|"
    r"veldwerkmodus|wijknr|.* - topics|date modified|date created|user[\s_.-]?agent|"
    r"browser.*|device.*|(group|question)time.*|.*_(first|last) click|.*click count|"
    r".*page submit|total points|quiz feedback|.* \[(score|feedback)\]"
)

POSTCODE = _words(r"zip|zip.?code|post.?code|pc[46]|plz|postal.?code|postcode.*")

# Background of the respondent.
GENDER = _words(r"geslacht|gender|\bsex\b|sekse|(^|_)sex(_|\d|$)")
MAN = _words(r"(een )?(man(nen|nelijk)?|m|male|men|heer|jongen|boy)( \(.*\))?")
WOMAN = _words(r"(een )?(vrouw(en|elijk)?|v|f|female|wom[ae]n|mevrouw|meisje|girl|w)( \(.*\))?")
AGE = _words(
    r"leeftijd|\bage\b|(^|_)age(_|\d|$)|leeft|hoe oud|how old|(^|[^a-z])lft|age[\s_-]?(group|band)|"
    r"agegroup|agecat|recage"
)
BIRTH_YEAR = _words(r"geboortejaar|geb_?jaar|birth[\s_-]?year|year of birth|yob|jaar.*geboren|"
                    r"year.*born|birthyr|(^|_)gebj")  # fmt: skip
MUNICIPALITY = _words(r"gemeente|gem(nr|code|_?naam)?([^a-z]|$)|municip|\bgm(_?code)?\b|woonplaats|"
                      r"cbs.?code")  # fmt: skip
BACKGROUND = _words(
    r"opleiding|onderwijs(niveau)?|education|educ\b|school|diploma|inkomen|income|huishoud|"
    r"household|gezin(ssituatie|ssamenstelling)|burgerlijke staat|marital|etnic|ethnic|herkomst|"
    r"migratie|nationalit|\brace\b|hispanic|religi|geloof|werk(situatie|zaam|kring)|arbeid|"
    r"employ|occupation|beroep|functie|afdeling|department|team\b|dienstjaren|woning|"
    r"housing|home ?owner|own or rent|huur|eigendom|\bwijk|buurt|district|stadsdeel|"
    r"\bregio|region|provinc|\bstate\b|\bward\b|stedelijk|urban|zip|kinderen thuis|"
    r"children.*(household|home)|woonduur|years.*lived|how long.*(lived|resident)|lived in|"
    r"rent or own|voertaal|sociaal|\bses\b|klasse|segment|doelgroep|panel|bron\b|herkomst|method|"
    r"modus|mode\b|partij|party"
)
OPINION = _words(
    r"tevred|vind(t|en)|oordeel|cijfer|waardering|mening|satisf|rat(e|ing)|opinion|agree|eens|"
    r"belang|importan|kwaliteit|quality|beoordeel|aanbeveel|recommend|vertrouwen|trust"
)
GRADE = _words(r"cijfer|grade|rapport|score|waardering|beoordel|1.{0,8}10|rating|schaal van")
RECOMMEND = _words(r"aanbevel|aanraden|recommend|\bnps\b|promot")
COUNT = _words(r"hoeveel|aantal|how many|number of|how often in|keer|times")
YEARS = _words(r"leeftijd|\bage\b|hoe oud|how old|jaren|years|hoe lang|how long|woonduur")
CHOOSE_MORE = _words(
    r"meer(dere)? antwoord|several answers|all that apply|meerdere|kies (er )?(maximaal|max)|"
    r"max(imaal)?\.? ?\d|up to|at most|hoogstens|choose"
)

# The good end of a scale, and its bad end.
_GOOD = _words(
    r"(helemaal |zeer |volledig |heel |geheel |erg |mee |sterk |enigszins |fully |strongly |"
    r"somewhat |completely |totally |very |extremely |quite |rather |redelijk |tamelijk )*"
    r"(mee )?(eens|tevreden|goed|positief|duidelijk|makkelijk|gemakkelijk|belangrijk|vaak|altijd|"
    r"veilig|waarschijnlijk|begrijpelijk|prettig|vriendelijk|snel|agree|satisfied|good|excellent|"
    r"positive|clear|easy|important|often|always|safe|likely|confident|uitstekend|voldoende|high|"
    r"hoog|veel|great|approve|interested)\b"
)
_BAD = _words(
    r"(helemaal |zeer |volledig |heel |geheel |erg |mee |sterk |enigszins |fully |strongly |"
    r"somewhat |completely |totally |very |extremely |quite |rather |redelijk |tamelijk )*"
    r"(mee )?(oneens|niet .*|ontevreden|slecht|matig|onvoldoende|negatief|onduidelijk|moeilijk|"
    r"onbelangrijk|zelden|nooit|onveilig|onwaarschijnlijk|onprettig|onvriendelijk|traag|disagree|"
    r"dissatisfied|unsatisfied|bad|poor|negative|unclear|difficult|hard|unimportant|not .*|rarely|"
    r"never|seldom|unsafe|unlikely|low|laag|weinig|terrible|disapprove|very poor)\b"
)
AGREE = _words(r"(.*\b)?(mee )?(eens|oneens|agree|disagree)\b.*")


def polarity(label: str) -> int:
    """1 for a label of the good end of a scale, -1 for the bad end, 0 for neither."""
    text = re.sub(r"^[\W_]*(\d+[.:)=\s-]+)?", "", label.strip())
    if _BAD.match(text):
        return -1
    return 1 if _GOOD.match(text) else 0


def folded(text: str) -> str:
    """Small letters without accents and punctuation, to compare names by."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.lower()).split())
