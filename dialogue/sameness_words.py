"""The closed classes of words that sameness needs, in the languages of the catalogues: everyday words, time, the
kinds of trouble.

No goods, brands or places stand here and none may: whatever is not listed counts as substance, so a word nobody
thought of is another thing and never swallowed. Words are written as `sameness` reads them: case folded, without
accents and apostrophes.
"""

from __future__ import annotations

#: Words that name no matter: grammar, courtesy, asking after something, and what every issue of a shop is about
#: ("order", "parcel"). What sets one thing apart from another ("also", "another", "my brother's", "off", "too") is
#: left out on purpose.
EVERYDAY: dict[str, frozenset[str]] = {
    "en": frozenset(
        """a about above actually again against all alright am an and annoyed any anybody anyone anything are as
        ask asked asking at be been before being but by can cant chase chased chasing check checked checking
        come comes coming could dear did didnt do does doesnt doing done dont else ever exactly expect expected
        far follow followed following followup for from get gets getting give given go going good got gotten had
        hadnt has hasnt have havent having he hello help helped hey hi him how i id if ill im in into is isnt it
        its itself ive just kindly know let like look looked looking made make many matter may me might mine
        more must my myself need needed never new news no not nothing now of ok okay on one only onto or our
        ours out please pls plz possible problem problems put quite re regarding concerning issue issues really
        request said same say see seem seems shall she should so some somebody someone something still such team
        tell than thank thanks that thats the their them then there these they thing things this those through
        tho though to today told tried try trying u up upon update updates us very via want wanted wants was
        wasnt we well were weve what whats when where wheres which while who why will with wont would wouldnt
        yes yet you your yours youre angry upset ticket tickets case cases order orders ordered ordering parcel
        parcels package packages item items product products purchase purchased bought buy stuff delivery
        deliveries shipment shipments sent send sending support anyway answer answers answered reply replies
        response day-to-day happened happens happening horribly badly extremely totally completely sir madam
        morning took take takes keep keeps kept start starts started become became went lot lots bit little
        slightly terribly constantly always repeatedly finally unfortunately sadly obviously clearly definitely
        seriously honestly basically simply anymore itself disappointed frustrated furious unhappy sad terrible
        awful horrible unacceptable ridiculous report reported reporting mention mentioned wrote written write
        contacted contact complain complained complaint complaints explained described guys""".split()
    )
    - frozenset("else someone somebody more many morning out above into through".split()),
    "de": frozenset(
        """aber alle als am an antwort auf aus bei bestellung bestellungen bestellt bestellte bin bis bitte
        bleibt bleiben da danke dankeschon das dass dein dem den denn der des die dies diese diesem diesen
        dieser dieses doch du ein eine einem einen einer eines er es etwas euch fur frage gegeben gern gerne
        gibt guten habe haben hallo hat hatte hatten hier hilfe ich ihnen ihr ihre im immer immernoch in ist ja
        jetzt kann konnen konnten lieferung mal mein meine meinem meinen meiner meines mich mir mit nach
        nachricht neue neues nicht nichts nie niemand noch nochmal nun nur ob oder paket pakete problem sagte
        schon sehr sei seit sich sie sind so tag ticket um und uns unser unsere unserem unseren von vom wann war
        ware waren warum was weil wenn wie wieder wir wird wo wurde wurden zu zum zur immer seid eure euer ware
        sendung artikel produkt moin gesagt geschrieben wissen wollen will mochte bekomme bekommen kommt kam
        kommen her hin gar wirklich leider sache""".split()
    ),
    "fr": frozenset(
        """a ai aide aie alors apres as au aucun aucune aupres aux avait avec avez avoir avons bien bonjour
        bonsoir c ca car ce cela ces cet cette chez colis commande commandes commandee comme comment d dans de
        deja depuis des dit du elle elles en encore entre est et etait ete etes etre eu il ils j je jamais l la
        le les leur lui m ma mais me meme mes merci mon n ne ni non nos notre nous nouvelle nouvelles on ont ou
        oui par pas plait pour pourquoi pouvez probleme produit qu quand que quel quelle quelles quels qui quoi
        quelque rien s sa salut se ses si soit son sont suis sur svp t ta te tes ticket toi ton toujours tout
        toute toutes tous tres tu un une va vers voici voila vos votre vous y article articles livraison donc
        reponse suivi vraiment malheureusement""".split()
    ),
    "es": frozenset(
        """a ahora al algo alguien alguna alguno algun aqui asi aun ayuda buenas buenos bien como con cual
        cuando de del desde dia donde e el ella ellos en era eres es esa ese eso esta estaba estan estar este
        esto estoy favor fue gracias ha habia haber hace han hasta hay he hola la las le les lo los me mi mis
        muy nada nadie ni no nos nosotros nuestra nuestro o os paquete para pedido pedidos pero por porque
        pregunta problema producto puede pueden puedo que quien quiero recibo respuesta se sea segun ser si sido
        sigue siguen sobre son soy su sus tal te ticket tiene tienen tengo toda todavia todo tu tus un una unas
        uno unos usted ustedes va vez y ya yo articulo compra envio entrega noticia noticias realmente de
        verdad""".split()
    ),
    "pt": frozenset(
        """a agora ainda ajuda algo alguem alguma algum ao aos aqui as assim ate bem boa bom com como compra da
        das de dela dele desde dia do dos e ela ele eles em encomenda encomendas pedido pedidos era es essa esse
        esta estao estar estava este estou eu favor foi fui ha isso isto ja la lhe mas me mesmo meu meus minha
        minhas muito na nada nas nao nem ninguem no nos nossa nosso nunca o obrigada obrigado ola os ou para
        pela pelo por porque problema produto qual quando que quem quero resposta se ser seu seus sua suas sim
        sobre sou te tem tenho teve ticket tive tudo um uma umas uns vai voce voces artigo envio entrega
        novidades noticias realmente encomendei continua""".split()
    ),
    "ar": frozenset(
        """انا انت انتم نحن هو هي هم هذا هذه ذلك تلك التي الذي في من الي علي علي عن مع ما ماذا متي متي اين كيف
        لماذا هل لا لم لن ليس قد لقد كان كانت يكون بعد قبل حتي حتي منذ الان جدا كل اي او و ثم لكن ان اذا يا
        مرحبا السلام عليكم شكرا فضلك رجاء ارجو طلب طلبي الطلب طلبيه طلبيتي الطلبيه شحنه شحنتي الشحنه طرد طردي
        الطرد رقم زال مازال زالت لازال لي لك لكم لنا عندي مشكله المشكله تذكره التذكره خبر اخبار جديد مساعده
        المساعده منتج المنتج""".split()
    ),
}

#: A wording says no, in a language; bound to a word nearby where it changes what that word means.
NO = frozenset(
    """no not never without nothing nobody none neither nor cannot cant dont doesnt didnt isnt arent wasnt
    werent hasnt havent hadnt wont wouldnt couldnt shouldnt nicht kein keine keinen keinem keiner nie niemals
    ohne pas jamais aucun aucune sans ne non nunca sin nao sem nem لا لم لن ليس غير بدون""".split()
)

#: Spans of time and words of now and then: they pass, and the issue stays what it was.
SPANS = frozenset(
    """seconds minute minutes minuten hour hours day days week weeks weekend month months year years night ago
    since until already soon later yesterday tomorrow tonight last lately wk wks hr hrs min mins stunde stunden
    tag tage tagen woche wochen monat monate monaten jahr jahre jahren gestern heute letzte letzten bereits
    heure heures jour jours semaine semaines mois an ans hier aujourdhui hora horas dia dias semana semanas mes
    meses ano anos ayer hoy ontem hoje ساعه ساعات يوم ايام اسبوع اسبوعين اسابيع شهر شهرين اشهر شهور سنه امس
    اليوم""".split()
)

#: Places in the calendar: two different ones are two different things, one that is only added is time that goes by.
CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december christmas easter montag dienstag mittwoch donnerstag freitag samstag
    sonnabend sonntag januar februar marz mai juni juli oktober dezember lundi mardi mercredi jeudi vendredi
    samedi dimanche janvier fevrier avril juin juillet aout septembre octobre novembre decembre lunes martes
    miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre
    noviembre diciembre janeiro fevereiro marco maio junho julho setembro outubro dezembro الاثنين الثلاثاء
    الاربعاء الخميس الجمعه السبت الاحد""".split()
)

#: Words that begin an addition to what was said: where, when, why. What stands behind them narrows a matter and names
#: no other.
NARROWING = frozenset(
    """at on in inside near under behind between around from during after before when while if because since as
    which whenever bei an auf in unter hinter zwischen wahrend wenn weil seit sur dans sous pres derriere quand
    lorsque parce si depuis en sobre bajo cerca cuando porque desde em sob perto quando enquanto في علي عند تحت
    لان عندما""".split()
)

#: Forms of coming and getting. With a no in the same clause something did not come; without one they say little.
COMING = frozenset(
    """arrive arrives arrived arived arriving receive received receives recieve recieved recived come comes came
    coming deliver delivered delivers got get gets gotten getting angekommen ankommen kam kommt kommen gekommen
    erhalten bekommen geliefert zugestellt recu recue recus recevoir arrivee arriver livre livree llegado
    llegada llega llego recibido recibi recibida entregado entregada entregaron chegou chegado chega recebi
    recebido recebida entregue entregaram وصل يصل تصل وصلت استلم استلمت""".split()
)

#: Words for one kind of trouble, or for one thing done about it, without their endings. A kind that is new makes
#: another issue.
_KINDS: dict[str, str] = {
    "MISSED": "late delay overdue verspat uberfallig retard retras atras متاخر",
    "BROKEN": "broke damag crack smash shatter kaputt beschadig zerbroch casse brise abime roto rota danad partid "
    "quebrad danificad مكسور تالف",
    "FAULTY": "faulty defect defekt defectu",
    "DOUBLE": "twice double doppel zweimal مرتين",
    "REFUND": "refund reimburs erstatt ruckerstatt rembours reembols استرداد",
    "RETURN": "return zuruckschick zuruckgeb rucksend retourn renvoy devolv devoluc ارجاع",
    "CANCEL": "cancel stornier annul kundig الغاء",
    "EXCHANGE": "exchang swap umtausch echang",
    "WRONG": "wrong incorrect falsch mauvais faux equivocad errad خطا",
    "MISSING": "missing incomplet unvollstandig fehlt fehlen manqu falta faltan ناقص",
    "LOST": "lost verloren perdu perdid ضائع",
    "STOLEN": "stole gestohlen vole robad roubad مسروق",
    "LOGIN": "login signin einlogg anmeld",
    "DISPUTE": "disagree unfair unjust escalat dispute disput review reconsider appeal decision widerspr "
    "entscheid uberpruf eskal desaccord injust reexam desacuerdo decis discord recurso اعتراض قرار "
    "مراجعه",
}
_ENDINGS = (
    " s es ed d e en n et t te ten ter tes ing er ee ees a o as os ada ado adas ados ido ida idos idas"
    " ion ions ao oes ung ungen ly led ling al lation ation ement ements ا ه ه"
).split(" ")
#: Every form of these words, and its kind.
KINDS: dict[str, str] = {
    start + ending: kind for kind, starts in _KINDS.items() for start in starts.split() for ending in _ENDINGS
}

#: Several words that mean one thing, as `sameness` sees a text: word after word with single spaces.
PHRASES: tuple[tuple[str, str], ...] = (
    ("money back", "REFUND"), ("send back", "RETURN"), ("sent back", "RETURN"), ("log in", "LOGIN"),
    ("sign in", "LOGIN"), ("logging in", "LOGIN"), ("two times", "DOUBLE"), ("deux fois", "DOUBLE"),
    ("dos veces", "DOUBLE"), ("duas vezes", "DOUBLE"), ("in pieces", "BROKEN"), ("zu spat", "MISSED"),
    ("where is", "MISSED"), ("where are", "MISSED"), ("wo ist", "MISSED"), ("wo bleibt", "MISSED"),
    ("ou est", "MISSED"), ("donde esta", "MISSED"), ("onde esta", "MISSED"), ("nicht da", "MISSED"),
    ("stopped working", "FAULTY"), ("showed up", "arrived"), ("show up", "arrived"), ("turned up", "arrived"),
    ("turn up", "arrived"), ("as well", "also"), ("first of", "so"), ("no longer", "no"), ("any more", "no"),
    ("good morning", "hello"), ("good evening", "hello"), ("good afternoon", "hello"),
)  # fmt: skip
