import type {Artifact} from '../../model/evidence/evidence.js'

/** The members of each set by its name, without their options, from `ipset list` (ipset(8)); lines of other forms are skipped. */
export function parseIpSets({bytes}: Pick<Artifact, 'bytes'>): ReadonlyMap<string, readonly string[]> {
  const sets = new Map<string, string[]>()
  let last: string[] = []
  let listing = false
  for (const line of Buffer.from(bytes).toString('utf8').split('\n')) {
    const text = line.trim()
    if (text.startsWith('Name: ')) {
      last = []
      listing = false
      sets.set(text.slice('Name: '.length), last)
    } else if (text === 'Members:') listing = true
    else if (listing && text !== '') last.push(text.split(' ')[0] ?? '')
  }
  return sets
}

/** True for a text of `ipset list` alone: sets without rules beside them. */
export function isIpSets(text: string): boolean {
  return /^Name: \S/m.test(text) && /^Type: (?:hash|bitmap|list):/m.test(text) && !/^[ \t]*(?:-A |\*)/m.test(text)
}
