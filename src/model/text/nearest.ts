import {distance} from 'fastest-levenshtein'

/** How many letters have to change to turn one word into the other. */
export function editDistance(one: string, other: string): number {
  return distance(one, other)
}

/** No name is as long: what is longer is not a misspelt name, and comparing it costs time. */
const LONGEST = 100

/** The names most like a typed word, nearest first: those that begin with it or differ in at most a third of its letters. */
export function nearestNames(typed: string, names: readonly string[], most = 3): readonly string[] {
  const word = typed.toLowerCase()
  if (word === '' || word.length > LONGEST) return []
  const limit = Math.max(1, Math.floor(word.length / 3))
  return [...new Set(names)]
    .map(name => ({name, far: name.toLowerCase().startsWith(word) ? 0 : distance(word, name.toLowerCase())}))
    .filter(({far}) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({name}) => name)
}
