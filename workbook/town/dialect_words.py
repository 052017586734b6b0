"""The words of the dialect spoken in Old Brindle: each English word with its Brindle word.

Lists only, written as "english:brindle"; the rules are in `dialect.py`. All Brindle words are
invented. Nouns end in -ock, -um or -el, adjectives in -ow or -ish, verbs in -an or -un.
"""


def _words(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


THING_NOUNS = _words(
    """
    boat:suttum lamp:tannock basket:tirrock kettle:koollum ladder:plernock door:bondum
    gate:foogock window:balock table:ziggum chair:jorlel bell:skoggel clock:geilnock
    key:keiggock coat:gremum hat:trarrel blanket:smaidum bowl:kungel jug:jingum box:smibbum
    rope:zattum net:veibel drum:teimmum book:rannock letter:smirrock map:dronnum wheel:pairum
    bucket:stooddel knife:lelum broom:paigum fence:grelnel
    """
)
FOOD_NOUNS = _words(
    """
    apple:juggock loaf:skittel cake:hooggel cheese:brerrel pie:yeibbock fish:snailmum
    egg:skeigock soup:yazzum pear:jogel honey:riskum butter:drindum bean:fandum
    """
)
ANIMAL_NOUNS = _words(
    """
    cat:foorrock dog:pongel goat:snaingum goose:hoonock horse:skoomock sheep:doolmel cow:taidum
    duck:smavum rabbit:kungum hen:stumel mouse:flangel bee:groolnel
    """
)
PERSON_NOUNS = _words(
    """
    baker:skaimmum teacher:skaittum farmer:kitum sailor:kairock child:pilum neighbour:yoolnel
    doctor:deiggel miller:steilnel king:pluttock thief:girnum grandmother:sillel girl:flingum
    boy:flagock stranger:jingock friend:plandum
    """
)
PLACE_NOUNS = _words(
    """
    garden:keistel harbour:dollel kitchen:waibum forest:smaibbel market:suddum tower:zaigum
    field:lainnock street:fleirnum school:zogel mill:daistock cellar:yimel church:gloolnum
    river:klundock bridge:plairnum beach:klemel hill:weindum
    """
)
TIME_NOUNS = _words(
    """
    morning:smeinock evening:nundock night:jungum winter:foobock summer:sloollum spring:brinock
    autumn:nullum Monday:tallum Friday:grittum Sunday:hoorrum
    """
)
ADJECTIVES = _words(
    """
    red:pebow blue:hurlow green:juttow white:boommish black:slibbow old:groostow new:wobish
    big:steirrow small:smoonish warm:klolnish cold:trelnow heavy:skoolnow round:flootow
    broken:woomow shiny:feirnow dirty:tadow pretty:gludow quiet:slamow brave:lenow tired:naddow
    hungry:gletow happy:hoogow angry:sindow young:dobbow clever:dreittow kind:grarnow
    sweet:mallish fresh:virrow
    """
)
# base form, third person, past: brindle
VERBS = {
    tuple(forms.split("/")): brindle
    for forms, brindle in _words(
        """
        see/sees/saw:dreirran find/finds/found:beidun lose/loses/lost:sloongun
        buy/buys/bought:zaibban sell/sells/sold:smugun carry/carries/carried:yolman
        hide/hides/hid:plolmun mend/mends/mended:pizzan paint/paints/painted:vainnun
        clean/cleans/cleaned:flitan bring/brings/brought:skaidan break/breaks/broke:derun
        burn/burns/burnt:gleinnun eat/eats/ate:zaiddan cook/cooks/cooked:pleibban
        smell/smells/smelt:zeistan taste/tastes/tasted:snedun share/shares/shared:trogun
        feed/feeds/fed:kolnun wash/washes/washed:yaizzun chase/chases/chased:klittun
        follow/follows/followed:skuzzun hear/hears/heard:zairan love/loves/loved:rottan
        meet/meets/met:kleddan help/helps/helped:brilan thank/thanks/thanked:broongun
        visit/visits/visited:beingun call/calls/called:weimun teach/teaches/taught:melan
        sleep/sleeps/slept:skidun sing/sings/sang:veingan dance/dances/danced:pluddun
        walk/walks/walked:trivun wait/waits/waited:sladdun work/works/worked:wammun
        swim/swims/swam:jatan laugh/laughs/laughed:dooran sit/sits/sat:drailnun
        run/runs/ran:slottan
        """
    ).items()
}
BE = {"am": "es", "is": "es", "are": "es", "be": "es", "was": "esdo", "were": "esdo"}
ADVERBS = _words("slowly:sluggeth quickly:kudeth often:floggely always:snubeth")
TIME_ADVERBS = _words("today:brotely yesterday:rostely tomorrow:seiteth")
PREPOSITIONS = _words(
    "in:ni on:bo under:vazzi behind:rokki near:pli to:zo from:fal with:wen for:gri at:tes"
)
DETERMINERS = _words(
    """
    the:da a:ul an:ul my:mun your:tun his:sen her:shen our:ven their:ren
    two:bess three:torr four:kev five:pim
    """
)
PRONOUNS = _words("I:mu you:tu he:su she:shu we:vu they:ru me:mul him:sul us:vul them:rul")
MODALS = _words("will:vol can:dov must:zek")
CONJUNCTIONS = _words("and:emb but:orn because:fesk")

_IRREGULAR = _words(
    """
    loaf:loaves fish:fish goose:geese sheep:sheep mouse:mice child:children thief:thieves
    knife:knives box:boxes
    """
)
UNCOUNTED = ("soup", "honey", "butter")


def plural(noun: str) -> str:
    """English plural of a noun of the dictionary: two apples, three geese."""
    return _IRREGULAR.get(noun, noun + "s")
