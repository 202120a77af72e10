/** Forms of one English word that share no stem; those that a stemmer brings together are left out. */
const groups = `
arise arose arisen|awake awoke awoken|bear bore borne born|beat beaten|become became|begin began begun|bend bent
bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|bring brought|build built
burn burnt|buy bought|catch caught|choose chose chosen|cling clung|come came|creep crept|deal dealt|dig dug
draw drew drawn|dream dreamt|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed
feel felt|fight fought|find found|flee fled|fly flew flown|forbid forbade forbidden|forget forgot forgotten
forgive forgave forgiven|freeze froze frozen|give gave given|go went gone|grind ground|grow grew grown|hang hung
hear heard|hide hid hidden|hold held|keep kept|kneel knelt|lay laid|lead led|lean leant|leap leapt|learn learnt
leave left|lend lent|lose lost|light lit|make made|mean meant|meet met|mistake mistook mistaken|pay paid
overcome overcame|ride rode ridden|ring rang rung|rise rose risen|run ran|see saw seen|seek sought|sell sold
send sent|sew sewn|shake shook shaken|shine shone|shoot shot|show shown|shrink shrank shrunk|sing sang sung
sink sank sunk|sit sat|sleep slept|slide slid|speak spoke spoken|speed sped|spell spelt|spend spent|spill spilt
spin spun|spoil spoilt|spring sprang sprung|stand stood|steal stole stolen|stick stuck|sting stung|strike struck
strive strove striven|swear swore sworn|sweep swept|swell swollen|swim swam swum|swing swung|take took taken
teach taught|tear tore torn|tell told|think thought|throw threw thrown|tread trod trodden|undergo underwent undergone
understand understood|undertake undertook undertaken|wake woke woken|wear wore worn|weave wove woven|weep wept
win won|wind wound|withdraw withdrew withdrawn|write wrote written
child children|person people|man men|woman women|foot feet|tooth teeth|goose geese|mouse mice|wife wives|life lives
knife knives|leaf leaves|loaf loaves|half halves|shelf shelves|wolf wolves|thief thieves|self selves|calf calves
good better best|bad worse worst|far farther further|ox oxen
`;

const formsOf: ReadonlyMap<string, readonly string[]> = new Map(
  groups
    .trim()
    .split(/[|\n]/)
    .map((group) => group.trim().split(' '))
    .flatMap((forms) => forms.map((form) => [form, forms] as const)),
);

/** A word and the forms of it that no stemmer finds: `went` for `go`. Only itself where it has none. */
export const irregularForms = (word: string): readonly string[] => formsOf.get(word) ?? [word];
