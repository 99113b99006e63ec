"""The words beside a sum that say what it is: a price, an estimate, a bid, what it costs to send, something else."""

BIDS = (  # that were made
    r"\d+\s+(?:gebote?|bids?|bud|enchères?|offerte|pujas?|biedingen|příhoz\w*|lances?|licit|tarjous\w*|ставк\w*|teklif|"
    r"os[oó]b\w* licytuj\w*)|\d+\s?件の入札|入札(?:件数)?\s?[:：]?\s?\d+件?"
)
ESTIMATES = (
    r"guide price|valuation|valued at|(?:low |high )?estim(?:at\w*|ad[oa]s?|ée?s?)|est\.|(?:estimated|auction) value|"
    r"\w*vurdering\w*|vurderet\w*|vurd\.|anslått\w*|anslået|takst|(?:upp)?skatt(?:at|ning)\w*|\w*värdering\w*|värderad\w*|"
    r"utropsvärde|schätz\w*|geschätzt\w*|tax(?:e|wert|preis|ierung)|schatting|geschat\w*|\w*taxatie\w*|richtprijs|"
    r"estimación|stima(?:t[aoie])?|tasación|estimativa|estymacj\w+|wycen\w+|szacunkow\w+|odhad\w*|becs\w*érték|becslés|"
    r"avaliação|estimare|эстимейт|оценка|оценочн\w+|tahmini? (?:değer|fiyat)\w*|εκτίμηση|arvio(?:hinta)?|"
    r"見積(?:額|価格)?|予想落札価格|落札予想価格?|評価額|估[价價](?:区间)?|추정가\w*"
)
TERMS = {  # the first that is said counts
    "estimate": ESTIMATES,
    "bid": r"(?:højeste|aktuelt|næste|nåværende) bud|start ?(?:pris|preis|prijs|gebot|bud|bod)|mindste ?bud|"
    r"mindestgebot|aktuelles gebot|höchstgebot|gebote?|"
    rf"{BIDS}|"
    r"(?:current|starting|opening|winning|"
    r"highest|reserve) (?:bid|price)|bids?|mise à prix|"
    r"(?:vinnande|ledande|högsta) bud|hoogste bod|offre actuelle|offerta (?:attuale|minima)|oferta actual|"
    r"aufruf(?:s?preis)?|ench\w+|utrop\w*|utgångspris|bud på|base d['’]asta|puja\w*|huidig bod|startbod|"
    r"cena wywoławcza|lähtöhinta",
    "on request": r"pris efter aftale|efter aftale|(?:preis|price|prix|prezzo|precio|pris|prijs|cena|hinta)?\s*(?:auf "
    r"anfrage|nach absprache|on (?:request|application)|upon request|sur demande|nous consulter|su richiesta|a "
    r"consultar|bajo petición|på (?:förfrågan|forespørgsel|forespørsel)|op (?:aan)?vraag|do uzgodnienia|"
    r"na dotaz|na zapytanie|sopimuksen mukaan|etter avtale|enligt överenskommelse|o\.?t\.?k\.?)|"
    r"p\.?\s?o\.?\s?a\.?|n\.?\s?o\.?\s?t\.?\s?k\.?|"
    r"(?:ring|spørg|kontakt\w*) (?:for|om) pris|(?:call|ask|contact\w*|inquire|enquire) (?:us )?for (?:a )?price",
    "negotiable": r"v\.?h?b\.?|verhandlungs(?:basis|sache)|verhandelbar|eller (?:hø[jg]este )?bud|e\.?\s?b\.?|bud "
    r"modtages(?! ikke)|kom med (?:et )?bud|giv (?:et )?bud|gi bud|gib gebot|prutning|"
    r"o\.?b\.?o\.?|o\.?n\.?o\.?|o\.?v\.?n\.?o\.?|or (?:best|nearest) offer|or near offer|negotiable|"
    r"make (?:an |me an )?offer|offers? (?:accepted|welcome)|à débattre|négociables?|faire (?:une )?offre|"
    r"bieden|of bieden|t\.?e\.?a\.?b\.?|"
    r"tegen elk aannemelijk bod|trattabil\w|offerta libera|negociables?|a convenir|"
    r"(?:eller )?(?:högst|høyst|højest)\s?(?:bjudande|bydende)|prisförslag|till förhandling|diskutabelt|"
    r"do negocjacji|tai tarjous|tarjous|festpreis oder gebot",
    "from": r"fra|ab|from|starting (?:at|from)|à partir de|dès|da|a partire da|desde|a partir de|vanaf|från|od|alkaen",
    "free": r"gives (?:væk|bort)|foræres|gratis|zu verschenken|verschenke|kostenlos|(?:for )?free|gratuit\w?|"
    r"à donner|don|in regalo|regalo|regalato|se regala|weggeven|gratis af te halen|skänkes|bortskänkes|gis bort|"
    r"za darmo|oddam za darmo|annetaan|ilmainen",
}  # fmt: skip
RESULTS = (  # what it went for, or begins at
    r"zuschlag\w*|adjugé\w*|realised|realized|sold for|solgt for|verkauft für|aggiudicat\w|remate|klubbat|slutpris|"
    r"erziel\w+|(?:aus)?ruf\s?preis|limitpreis|hamm[ae]r\w*|tilslags\w*|mindstepris|hamerprijs|toegewezen|opbrengst|"
    r"(?:price )?achieved|sold price|price paid|"
    r"(?:prix d['’]|precio de |prezzo di )(?:adjudication|martillo|aggiudicazione)|vendue?|vasarahinta|"
    r"(?:cena )?(?:młotkow|uzyskan|wylicytowan)\w+|dosažen\w+|vydražen\w+|"
    r"итогов\w+|начальн\w+|молотк\w+|молоток|çekiç\w*|"
    r"落札額|落札価格|成交[价價]|낙찰\w*|시작가\w*"
)
OTHER_SUMS = (  # words beside a sum that is no price asked: what it went for, cost once, costs to send
    rf"{RESULTS}|buyer['’]?s premium|"
    r"result\w*|résultat\w*|ergebnis\w*|risultato|resultado|miet\w+|miete|leje|udlej\w+|huur|noleggio|alquiler|hire|"
    r"rent(?:al)?|anzahlung|acompte|acconto|versicherungs\w*|insur\w+|forsikring\w*|"
    r"dostaw\w+|(?:najniższa|laagste|lowest(?: recent)?|laveste|lägsta|niedrigster) (?:cena|prijs|price|pris\w*|preis)|"
    r"prix le plus bas|prezzo più basso|precio más bajo|"
    r"30[ -]?(?:dni|tage|days|dage|dagar|dager|jours|giorni|días|dagen)|"
    r"ny ?pris|neupreis|ny ?værdi|vejl(?:ed\w*)?|rrp|uvp|msrp|statt|før|tidligere|was|previously|"
    r"avant|prima|fragt\w*|forsendelse|versand\w*|shipping|postage|delivery|frakt|porto|spedizione|livraison|verzend\w*|envío|"
    r"gutschein\w*|gift ?cards?|gavekort|presentkort|cadeaubon|carte cadeau|buono regalo|tarjeta regalo|voucher|"
    r"(?:service|buyer'?s?) \w*fee|fees?|gebühr\w*|gebyr|avgift|käuferschutz|original(?:price| price|preis)|netto|ht|"
    r"deposit\w*|depositum|kaution|rabat\w*|discount|save|spar|per|pr|each|stk|stück|je|måned|month|monat|mois|maand|"
    # Polish, Czech, Portuguese, Spanish, Italian and French
    r"wywoławcz\w+|licytacj\w*|(?:aktualna|najwyższa|minimalna) oferta|oferta minimalna|kwota minimalna|"
    r"wynaj\w+|rat[ay]?|kaucj\w+|zaliczk\w+|wysyłk\w+|przesyłk\w+|sprzedan\w za|ubezpieczeni\w+|"
    r"cena (?:regularna|katalogowa|rynkowa)|vyvol[áa]\w+|doprav\w+|poštovn\w+|záloh\w+|splátk\w+|příhoz\w*|"
    r"nabídk\w+|(?:původní|běžná) cena|(?:pro)?nájem\w*|prod[áa]no za|slev\w+|lance\w*|licitaç\w+|arremat\w+|frete|"
    r"portes|entrada|parcelas?|prestaç\w+|sinal|preço original|pvp|alugue[lr]\w*|renda|vendid\w por|desconto|avalia\w+|"
    r"cauç\w+|fianza|señal|descuento|caparra|cauzione|sconto|caution|remise(?! en main)|"
    # Hungarian, Romanian, Russian, Turkish and Greek
    r"kikiáltási \w+|licit\w*|szállítás\w*|foglaló|előleg|eredeti ár|bérlet\w*|bérleti \w+|leütési \w+|"
    r"pornire|licitați\w+|ofertă curentă|transport|livrare|avans|preț vechi|chirie|adjudecat\w*|reducere|"
    r"стартов\w+|ставк\w+|доставк\w+|предоплат\w+|оценк\w+|стар\w+ цен\w+|аренд\w+|продан\w* за|залог|скидк\w+|"
    r"açılış\w*|teklif\w*|kargo|kapora|taksit\w*|eski fiyat\w*|kira|tahmin\w*|satış fiyatı idi|indirim|"
    r"εκκίνησησ|προσφορά|μεταφορικά|προκαταβολή|αρχική τιμή|ενοίκιο|"
    # Finnish, Swedish and Norwegian
    r"(?:korkein|nykyinen) tarjous|toimitus\w*|käsiraha|arvio\w*|vuokra\w*|alkuperäinen hinta|myyty hintaan|ovh|"
    r"ord(?:inarie)?\.? pris|hyra|handpenning|pant|førpris|leie|høyeste bud|"
    # Japanese and Chinese
    r"(?:開始|現在|参考|通常|希望小売)価格|送料|頭金|手付金?|定価|元値|見積\w*|レンタル\w*|最低入札|入札\w*|割引\w*|手数料|"
    r"月額|保証金|起拍[价價]|[当當]前[价價]|[运運][费費]|[定订訂押]金|原[价價]|市[场場][价價]|租金|"
    r"입찰\w*|배송비|택배비|보증금|정가"
)
# Words beside a price that change nothing of it: on either side, on one alone, of the thing that is sold.
PLAIN_WORDS = (
    "pris prisen fast price preis prix prezzo precio prijs cena hinta asking only now nur jetzt kun nu kr sælges "
    "festpreis fp vraagprijs ferme fisso fissi fijo total totalt totalpris gesamt i alt buy it now køb nu sofortkaufen "
    "sofort kaufen sofortpreis achat immédiat direct kopen köp kjøp kup teraz säljes selges vaste hintapyyntö nyní "
    "sale samlet letzter your firm final til salgs ttc brutto 税込 送料込み 送料無料 即決"
)
BEFORE_WORDS = "for voor"
BEHIND_WORDS = "abholung selbstabholung afhentning afhentes afhentet pickup"
THING_WORDS = (
    "maleri painting gemälde bild tableau quadro cuadro schilderij tavla maalaus obraz "
    "oliemaleri ölgemälde ölbild akvarel aquarell litografi lithografie print poster plakat kunst art "
    "framed unframed "
    "gerahmt ungerahmt indrammet encadré incorniciato enmarcado ingelijst inramad"
)
CARRIAGE_WORDS = (
    "versand shipping fragt forsendelse porto postage frakt spedizione envío livraison verzendkosten verzenden "
    "versandkosten delivery levering lieferung consegna entrega bezorging verzending leverans port "
    "wysyłka dostawa przesyłka doprava doručení poštovné frete portes envio toimitus kargo szállítás livrare доставка"
)
FRAME = r"(?:ramme|rahmen|frame|cadre|lijst|cornice|marco|ram)"
