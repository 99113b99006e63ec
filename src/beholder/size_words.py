"""The words beside a size that say of what it is: the work, its frame, one of several parts, something else."""

import re

_NOT = (
    r"(?:not|no|non|nicht|kein(?:en)?|ikke|ingen|ej|inte|niet|geen|sin|zonder|senza|sans|pas|u(?=in)|o(?=in)|sem|não|fără|"
    r"bez|без|χωρίς|nie(?=opraw)|ne(?=(?:za|o)?rám))"
)
_FRAMED = (
    r"(?:framed?|gerahmt|rahmen|indrammet|ramme|encadr\w+|cadre|incornicia\w+|cornice|ingelijst|lijst|enmarca\w+|marco|"
    r"inrama[dt]|ram|innramm(?:et|ede)|ingeraamd|kader|moldura|emoldurad\w|ramă|okvira|рам\w+|багета|κορνίζα|"
    r"oprawion\w+|opraw[ay]|(?:za|o)?rámovan\w+)"
)
_FRAME = (
    r"rammem[åa]+l|yder ?m[åa]+l|ydre ?m[åa]+l|ytre m[åa]+l|outer (?:size|dimensions?|measurements?)|"
    r"außenma(?:ß|ss)\w*|dimensions extérieures|misure esterne|buitenma\w+|\bindramme(?:t|de)\b|rammet ind|"
    r"inrama[dt]|incorniciat\w|ingelijst|\binnramm(?:et|ede)|\bingeraamd|\bkader\b|moldura|emoldurad|\bramă\b|înrămat|"
    r"çerçeve|\bokvir|\bв багет\w+|\bбагет\w*|\bрам[аеуоы]\w*|κορνίζα|(?:za|\bo)?rámovan|raamiga|ar rāmi|su rėm\w+|"
    r"amb marc|外寸|框|액자|フレーム|額(?:付|入)|"
    r"\b(?!blind|spænd|kile|\w*gram)\w*rammen?\b|rammått|\b(?:guld|trä|silver|metall|ytter)?ram(?:ens?)?\b|"
    r"ytterm[åa]tt|"
    r"u[dt]vendig\w*|\budv\b|rahmenma(?:ß|ss)\w*|rahmengröße|\b(?!keil|spann|blind)\w*rahmen\b|(?<!un)gerahmt\w*|(?<!un)framed|"
    r"(?:with|incl\w*\.?) (?:the )?frame|frame size|\bframe\b|avec (?:le )?cadre|encadr\w+|\bcadre\b|"
    r"con cornice|\bcornice\b|"
    r"con (?:el )?marco|enmarcad\w|\bmarco\b|met lijst|incl\.? lijst|inclusief lijst|\blijst(?:maat)?\b|"
    r"z ramą|\bramie\b|\boprawie\b|\brama\b|\brám\w*|\bkeret(?:tel|ben|ez)|額(?:サイズ|寸|縁|装)|"
    r"kehyksineen|kehysten k\w+|\bkehys|ink?l\.? karm|brutto"
)
_WORK = (
    rf"\b{_NOT}[ -]?{_FRAMED}\b|{_FRAMED} (?:is )?(?:not|ikke|følger ikke|medfølger ikke|nicht|non|niet)\b|"
    rf"(?:\+|\bplus) ?{_FRAMED}\b|"
    r"ready (?:to|for) fram\w+|inder ?m[åa]+l|indre ?m[åa]+l|innenma(?:ß|ss)\w*|"
    rf"{_FRAMED} (?:innen|indvendig\w*|innvendig\w*|inside|inner\w*)|in[dn]vendig\w*|\bindv\b|"
    r"lysm[åa]+l|lysning|uden ramme|utan ram|uten ramme|ohne rahmen|unframed|ungerahmt|without (?:the )?frame|"
    r"excl?\w*\.? frame|"
    r"sans (?:le )?cadre|hors cadre|à vue|senza cornice|sin (?:el )?marco|zonder lijst|excl\.? lijst|dagmaat|beeldmaat|"
    r"lichtma(?:ß|ss)|\bbild(?:ma(?:ß|ss)\w*|größe)?|blattma(?:ß|ss)\w*|motivm[åa]l|bildm[åa]tt|bildyta|"
    r"billedm[åa]+l|sight size|image(?: size)?|"
    r"\bmotiv\b|(?<!on )(?<!på )(?<!auf )\b(?:canvas|lærred|leinwand)\b|\bsheet\b|"
    r"bez (?:ramy|rámu)|keret nélkül|keretezetlen|çerçevesiz|[无無裸]框|不[含带]框|액자 ?(?:없|미포함|제외)|"
    r"(?:額|フレーム)(?:なし|無)|画寸|画面|"
    r"ilman kehyksi\w+|netto|eks\w*\.? ramme|"
    r"excl\.? ramme"
)
_FOR, _A_FRAME = (
    r"(?:for|für|til|till|pour|para|per|voor|pro|do|для)",
    r"(?:frames?|rammer?|rahmen|cadres?|marcos?|cornici?|lijst(?:en)?|rám\w*|ramy|moldura|рам\w*)",
)
_THING = (  # "table 80x60 cm", and no more words before it
    r"(?:\w*(?:tisch|bord|teppi(?:ch|ppe)|tæppe)|table|desk|mesa|tavolo|tavolino|tafel|rug|carpet|mirror|spiegel|spejl|"
    r"miroir|cushion|pillow|kissen|pude|stół|stolik|lustro|dywan|stůl|zrcadlo|koberec|espelho|tapete)"
)
_OTHER = (
    r"pas(?:se)?-?partu?\w*|паспарту|マット|with (?:the |a )?mount|mount size|the room|"
    r"\bmat(?:ted)?\b|plakatrahmen|emballage|"
    r"(?:shipping )?(?:box|crate|package)\b|"
    r"verpackung|\b(?:versand|umzugs|(?<!auf )(?<!/))karton\b|falz|falsm[åa]l|"
    r"imballo|embalaje|verpakking|pakkem[åa]l|\b(?:pakken?|paket|pacco|paquete|colis|pakket)\b|"
    r"\b(?:væg(?:gen)?|wand|muur|wall(?! (?:art|hanging|decor|sculpture|painting|picture))|sofa\w*)\b|"
    r"\bpaczk\w+|opakowani\w+|\bbalík\w*|embalagem|paketti|csomag|упаковк\w+|коробк\w+|梱包|包装|箱|\bdoos\b|"
    r"ścian[ay]|(?<!de )parede|stěn[ay]|стен[аы]|kehykseen|\bkeretbe\b|"
    r"(?:też|również|także|dostępn\w+|také|também(?: dispon\w+)?|także|также) (?:w|v|em|в)\b|"
    r"(?:available|also|erhältlich|auch|fås(?: også)?|disponib\w+|aussi|finns|ook|verkrijgbaar) (?:also )?(?:in?|en)\b|"
    rf"^\W*(?:\w+ )?{_THING}\W*$|"
    r"\banche\b|(?:other|andre|weitere|andere|andra|autres|altre|otr[ao]s) (?:sizes|mål|størrelser|storlekar|größen|"
    r"maten|dimensions|formats|misure|medidas|tamaños)|"
    r"\b(?:passer (?:til|i)|passt (?:in|zu)|fits (?:into|in|a)|max\w*\.?|under|unter|op til|up to|bis zu|fra|"
    r"ab|from|à partir de|vanaf|från|od|do|até|от|до)\W*$|"
    r"(?:standard|ikea|fits?|passer|passt|passar|past)(?: \w+){0,3} (?:frame|ramme|rahmen|ram\b|lijst)|"
    rf"\b{_FOR} (?:an? |en |einen |un )?{_A_FRAME}\b|\b{_A_FRAME} {_FOR}\b|"
    r"(?:ramme|rahmen|frame|cadre|marco|cornice|lijst) (?:is |ist |er )?(?:medfølger(?! ikke)|"
    r"følger med|included|dabei|inclus\w*|incluid\w)"
)
_NUMBERS = (
    "two|three|four|to|tre|fire|zwei|drei|vier|deux|trois|quatre|due|dos|två|fyra|twee|drie|dwa|dwie|trzy|dva|dvě|tři|kolmen|kahden|"
    "dois|duas|três|tres|kaksi|kolme|két|három|два|две|три|iki|üç|trei"
)
_EVERY = (
    r"each|hver|hvert|chacune?|chaque|ciascun\w|cadaun\w|cada(?: un[oa]?)?|elke?|"
    r"każd\w+|každ\w+|kukin|кажд\w+|her biri|fiecare|var och en|κάθε"
)
SEVERAL = re.compile(  # before a size: of which of several parts it is, nobody says
    rf"(?:(?<!\w)(?:(?:di|tri|poly)pt[yi]|d[iíy]pt[iy][ckh]|tr[iíy]pt[iy][ckh]|диптих|триптих)\w*|(?:drie|twee)luik|"
    r"[2-9两三四] ?(?:枚|点|점|장)|セット|세트|[三二]連|[三双]联|(?:各|[每毎]枚?|각)\W*$|\d['’]l[iüuı]\b|"
    r"(?:iki|üç|dört)l[iü]\b|"
    rf"(?<!\w)(?:\d+|{_NUMBERS})"
    r"[ -]?(?:stk|stück|st|szt|ks|pcs|dele|delar|delig\w*|teil\w*|tlg|panels?|paneler|pieces|pièces|pezzi|stuks|"
    r"(?:er[ -])?set|billeder|malerier|plakater|"
    r"paintings|canvases|drawings|zeichnungen|leinwände|prints|posters|bilder|tableaux|affiches|quadri|"
    r"cuadros|obraz\w+|plakat\w+|plakát\w+|quadros|telas|taulu\w*|tavlor|tavler|картин\w*|tablou\w*|schilderijen|πίνακες|"
    r"db(?:-os)?)(?!\w)|"
    rf"(?<!\w)(?:set|sæt|sett|satz|lot|serie|series) (?:of|af|av|med|på|von|aus|mit|de|di|van) (?:\d|(?:{_NUMBERS})\b)|"
    r"(?<!\w)(?:pair|paar|paire|coppia|pareja|ett? par|par de|komplet|zestaw|sada|szett|комплект|набор)(?!\w)|"
    r"(?<!\w)par\W*$|"
    rf"(?<!\w)(?:(?:{_EVERY})(?: \w+){{0,2}}|je|jeweils|per stuk)(?: panel| part| canvas| del| teil)?\W*$|"
    r"(?<!\w)(?:left|right|cent(?:er|re)|middle|links|rechts|mitte\w*|venstre|højre|vänster|höger|gauche|droite|sinistra|"
    r"destra|izquierd\w|derech\w)(?: panel| wing| part| fløj| flügel| volet)?\W*$|(?<![\w.,])[2-9] ?[x×]\)?\s*\(?\s*$)"
)
NO_SIDE = re.compile(  # before a size: of a disc, or the other end of a range
    r"(?:[ø⌀]|\bdi[aâá]m\w*\.?|\bdia\.?|\bdurchmesser|"
    r"średnica|průměr|halkaisija|átmérő|диаметр|直径)\s*:?\s*$|(?<![x×*\d.,])(?<![x×*] )\d+(?:[.,]\d+)?(?: ?cm)? "
    r"(?:til|to|bis|à|tot|till|or|eller|oder|ou|of) $"
)
EACH = re.compile(
    r"[\s(,;]*(?:(?:di|tri|poly)pt\w+[\s,]*)?"
    rf"(?:(?:{_EVERY}|stykket|(?:pr\.?|/) ?(?:stk|stück|st|billede|del|szt|ks|kpl|db|buc|шт)|"
    rf"jeweils|je|per|styck|各|l['’]un[oa])(?!\w)|[x×] ?[2-9](?![\w.,]))"
)
TOGETHER = re.compile(
    r"(?<!\w)(?:i alt|total\w*|gesamt\w*|overall|samlet|together|ensemble|insieme|complessiv\w+)"
    r"(?: (?:sizes?|dimensions?|measurements?|measures|m[åa]l|størrelse|maße?|größe))?\W*$"
)
BREAK = re.compile(r"[,;()\n/|•·]|(?<!inkl)(?<!incl)(?<!excl)(?<!exkl)(?<!kskl)(?<!\bca)\.|\b(?:og|och|und|and|et)\b")
FITS = re.compile(rf"\b(?:{_FOR}|fits?|passer|passt?|passend|passar)(?:\W+\w+){{0,2}}\W*$")
NEXT_A_FRAME = re.compile(rf"\s*{_A_FRAME}\b")  # behind a size that it fits: one that may be bought for it
IN_BRACKETS = re.compile(r"(?<=\S)\s*\(([^()]*)\)\W*$")
_A_FRAMED = (  # "framed oil painting": its size may be that of either
    r"(?<!un)(?<!ne)(?:framed|gerahmte\w*|indrammet|inrama[dt]|innramm(?:et|ede)|ingelijste?|ingeraamde?|"
    r"(?:za|o)?rámovan\w|emoldurad\w|keretezett|înrămat\w?|çerçeveli|kehystetty) "
    r"(?!siz|dim|meas|m[åa]{1,2}[lt](?!er)|format|st|to |in |i |with|"
    r"out|tot|ca|at |app|er |is |ist |und |og )[^\W\d_]{2}|(?<!nie)oprawion\w"
)
KINDS = re.compile(f"(?P<other>{_OTHER})|(?P<work>{_WORK})|(?P<either>{_A_FRAMED})|(?P<frame>{_FRAME})")
UNFRAMED = re.compile(  # what is said of a frame that is not there
    r"(?:no|non|nein|nej|nei|nee|nie|none|un|uden|utan|uten|ohne|sans|senza|sin|zonder|ikke|nicht|ready)", re.I
)
