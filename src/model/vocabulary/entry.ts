/** What a word means, the next question or action, and the page the fact comes from. */
export type Meaning = readonly [meaning: string, next: string, source: string]

/** Words of one kind by their usual spelling. */
export type Vocabulary = Readonly<Record<string, Meaning>>

/** Codes of istioctl analyze: level, name, what is wrong, what to do. */
export type IstioCodes = Readonly<Record<string, readonly [level: string, name: string, meaning: string, next: string]>>
