# Words that carry no meaning of their own, words only questions are made of, and words that stand for one another.


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP = _words(
    """a about above after again all also am an and any are as at be because been before being between both but by can
    could did do does doing down during each either else ever every for from further had has have having he her here hers
    him his how i if in into is it its itself just let may me might more most must my neither no non nor not of off on once
    only or other our out over own per same shall she should since so some such than that the their them then there these
    they this those through thus to too under until up upon us very was we were what when where whether which while who
    today now currently still formal formally whom whose why will with within without would yes you your"""
)

ASKING = _words(
    """according answer apply aspect article book chapter contract describe detail details discuss document documents
    exactly explain file find follow following give given happen happens highlight include includes involve involved
    kind lawyer list mention mentioned name named paper part parts passage please provide provided question quote
    related relate reviewed say says section set show specified specify state stated tell text type under use used
    way writing"""
)

# Words so general that a text which lacks them may still answer the question.
WEAK = _words(
    """able accept actual agree allow allowed amount appear arise ask available bad become become begin big bring call came
    carry case cause certain change claim clear close come common complete concern consider contain continue correct cover
    current deal decide depend different difficult due early easy effect empty enter entire event exact exceed exist
    existing expect extra fact fair far fast fill final fit former full general get go good got great grow half handle
    hard help high hold important initial intend keep kept know large last late lead least leave left lie likely long look
    lose low main major make many mean meet move much need new next normal number offer often old open original overall
    overdue particular pass people permitted person place point possible prefer present prevent previous procedure produce
    proper put raise reach ready real reason receive recent recommend recommended regard regular relevant remain require
    required resort result right run seem send separate serve short similar simple single sit small soon sort special
    specific spend stand standard start stay strong suffer sure take taken thing think time total treat try turn typical
    usual various want whole work worth wrong"""
)

GROUPS = tuple(
    _words(group)
    for group in """
    edition issue version release
    withdraw withdrawn recall recalled retract retracted back
    connection link connect linked
    manufacturer maker producer
    freeze freezing frost ice cold minus icy
    cut trim shorten
    outer outboard outside external
    inner inboard inside internal
    spring march april may
    summer june july august
    autumn september october november
    winter december january february
    first one 1
    second two 2
    third three 3
    fourth four 4
    fifth five 5
    six sixth 6
    seven seventh 7
    eight eighth 8
    nine ninth 9
    ten tenth 10
    twelve 12
    twenty 20
    thirty 30
    sixty 60
    ninety 90
    half 50
    employ employed employee job
    relationship relation link
    wrong incorrect false erroneous mistaken mistake error
    reason cause because why due
    early prompt soon advance
    late overdue delay delayed unpaid
    empty vacant unfilled vacancy
    inflation index indexation adjust adjustment
    software code source application
    pass raise increase adjust
    increase raise rise grow higher
    reduce decrease lower fall cut
    move transfer relocate
    outsource subcontract delegate
    work labour labor effort
    leak spill escape
    corrosion rust
    crack fracture damage
    wear worn wearing
    clean wash rinse
    measure gauge reading sensor
    signal message alert
    start launch boot
    lock padlock key
    screw bolt nut fastener
    wheel sheave pulley
    motor engine drive
    power electricity electrical supply
    battery accumulator
    fire flame burning
    noise sound loud decibel
    letter note correspondence
    phone telephone
    email mail electronic
    address postal
    lawyer counsel solicitor
    accountant auditor
    doctor medical physician
    student pupil learner
    subject topic theme
    aim goal objective purpose
    funding funded grant sponsor
    limitation weakness shortcoming caveat
    conclude conclusion conclusions
    significant significance significantly
    correlation correlated association
    dataset corpus sample
    average mean median
    model classifier algorithm
    survey questionnaire interview
    recruit recruited enrol enrolled
    exclude excluded exclusion
    hypothesis expectation
    future further next
    ethics ethical consent
    limit restrict restriction
    escalate escalation refer
    approve approval consent sign
    quit resign leave resignation
    hire recruit appoint appointment
    salary wage pay
    place location site
    distance far range
    depth deep
    height high tall
    area surface
    amount volume quantity
    count tally
    proof evidence
    visit attend
    expert specialist
    head chief lead manager
    chair chairman chairperson
    bankruptcy insolvency insolvent bankrupt
    merger takeover acquisition control
    disaster catastrophe flood earthquake majeure
    virus malware hacker intrusion attack security
    hack breach intrusion
    password credential login
    encrypt encryption encrypted
    restore recover recovery
    respond response react
    correct rectify remedy
    reject refuse refusal
    accept acceptance approve
    cost price fee charge charges rate expense tariff
    pay payment paid payable remuneration compensation reimburse settle
    end terminate termination expire expiry expiration cease ending cancel
    begin start commence commencement effective inception
    renew renewal extend extension prolong
    duration term period length lasting
    deadline limit due latest
    limit maximum cap ceiling exceed most upper threshold
    minimum least lower floor
    penalty fine damages credit deduction liquidated sanction
    buy purchase procure acquire order
    sell sale supply vendor
    customer client buyer purchaser
    supplier provider vendor contractor seller
    staff personnel employee worker crew people
    job role post position
    fire dismiss dismissal redundancy
    law governing jurisdiction legal statute
    court tribunal arbitration arbitrator dispute litigation
    secret confidential confidentiality disclosure
    breach default violation infringement
    fix repair restore remedy rectify mend maintenance
    break fail failure fault failed outage broken malfunction
    broken parted snapped damaged
    stop halt cease interrupt suspend suspension
    forbid prohibit prohibited forbidden ban
    allow permit permitted authorise authorised consent approval approve
    need require required requirement necessary must
    check inspect inspection examine examination verify test
    replace replacement renew discard change exchange
    often frequency interval frequently every
    weight mass heavy load
    speed velocity fast rate
    temperature heat hot cold degrees warm
    size dimension diameter width large
    pressure bar
    safe safety hazard danger warning
    person people individual human participant subject
    participant subject volunteer respondent
    experiment trial study test
    result finding outcome
    show demonstrate indicate
    method approach procedure technique
    accuracy precision error
    compare comparison versus baseline
    money amount sum price
    tax vat duty
    insurance insured cover policy indemnity
    liability liable responsible responsibility
    assign assignment transfer novate
    own owner ownership belong title property
    software program platform system
    data information record
    copy backup duplicate
    notice notify notification inform
    meeting board committee
    report reporting statement
    audit inspect examine
    subcontract subcontractor outsource
    boat ship vessel craft
    rope wire cable line
    oil lubricant grease lubrication
    alarm alert warning
    night darkness dark
    wind gale storm weather
    emergency urgent urgency
    injury accident hurt harm
    train training course competence qualification
    keep retain retention store storage
    delete erase destroy destruction
    spare part component
    guarantee warranty warrant
    exclusive exclusivity sole
    compete competition competitor competitive
    territory region area country
    percent percentage proportion share cent
    year annual yearly annually
    month monthly
    day daily
    week weekly
    hour hourly
    quarter quarterly
    yearly anniversary annual
    """.strip().splitlines()
)

NUMBERS = _words(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen eighteen twenty
    thirty forty fifty sixty seventy eighty ninety hundred thousand million half quarter once twice first second third
    monday tuesday wednesday thursday friday january february march april june july august september october november
    december"""
)
