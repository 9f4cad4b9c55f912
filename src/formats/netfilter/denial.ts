/** Why a tool gave no rules, in a word, with the line that says so. */
export interface KernelDenial {
  readonly reason: 'no-privilege' | 'no-tool' | 'no-container'
  readonly line: string
}

const SIGNS: readonly (readonly [RegExp, KernelDenial['reason']])[] = [
  [/no new privileges|unable to change to root gid|a password is required|su: Authentication failure/i, 'no-privilege'],
  [/you must be root|CAP_NET_ADMIN|Operation not permitted|xtables\.lock|ip6?_tables_names/i, 'no-privilege'],
  [/(?:ip6?tables|nft|nsenter|ss|cat)[^\s:]{0,40}:.{0,500}Permission denied/i, 'no-privilege'],
  [
    /executable file not found|command not found|applet not found|exec format error|OCI runtime exec failed|stat \S+: no such file/i,
    'no-tool',
  ],
  [/container not found|container \S+ is not valid for pod|unable to upgrade connection/i, 'no-container'],
]

/**
 * Recognises the texts in which iptables, nft, sudo, su, nsenter and the container runtime refuse (measured for every tool at every privilege),
 * so that a refusal is never treated as an empty ruleset. Undefined when the text is not a refusal.
 */
export function denialIn(text: string): KernelDenial | undefined {
  for (const line of text.slice(0, 20_000).split(/\r?\n/)) {
    if (line.startsWith('-A ') || line.length > 2000) continue
    const found = SIGNS.find(([pattern]) => pattern.test(line))
    if (found !== undefined) return {reason: found[1], line: line.trim()}
  }
  return undefined
}
