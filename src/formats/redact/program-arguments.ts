/** Password options of well-known programs whose name does not say so: per program the option, and whether the value may be attached. */
const OPTIONS: readonly {readonly program: RegExp; readonly option: RegExp; readonly user?: true}[] = [
  {program: /^(?:mysql|mariadb)[a-z-]*$/, option: /^-p(?=.)/},
  {program: /^(?:redis-(?:cli|benchmark)|valkey-cli)$/, option: /^-a$/},
  {program: /^(?:redis|valkey)-server$/, option: /^--(?:requirepass|masterauth)$/},
  {program: /^(?:sshpass|mongo[a-z]*|docker|helm|podman|skopeo)$/, option: /^-p(?=.?)/},
  {program: /^ldap[a-z]+$/, option: /^-w(?=.?)/},
  {program: /^(?:curl|http|https|wget)$/, option: /^(?:-u|--user|--proxy-user|-U)$/, user: true},
  {program: /^(?:ab|siege)$/, option: /^-[AP]$/, user: true},
]

function programOf(words: readonly unknown[]): string {
  const first = words.find(
    word => typeof word === 'string' && !word.startsWith('-') && !/^(?:exec|env|sudo|timeout|\w+=.*)$/.test(word),
  )
  return typeof first === 'string' ? (first.split('/').at(-1) ?? '') : ''
}

/** Where passwords are in an argument list: the index of the word, and how many characters of it are not part of the password. */
export function programArguments(words: readonly unknown[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  const program = programOf(words)
  const option = OPTIONS.find(each => each.program.test(program))
  if (option === undefined) return found
  words.forEach((word, at) => {
    if (typeof word !== 'string') return
    const match = option.option.exec(word)
    if (match === null) return
    if (match[0].length < word.length) {
      found.set(at, match[0].length)
      return
    }
    const next = words[at + 1]
    if (typeof next !== 'string' || next.startsWith('-')) return
    const colon = next.indexOf(':')
    if (option.user !== true) found.set(at + 1, 0)
    else if (colon >= 0) found.set(at + 1, colon + 1)
  })
  return found
}
