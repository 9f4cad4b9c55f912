import {backendName, type Ruleset} from '../../model/kernel/ruleset.js'
import type {IptablesReport} from './report.js'

function sentence(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

const FAMILY = {ip: 'IPv4', ip6: 'IPv6', inet: 'IPv4 and IPv6'} as const

/** What a ruleset holds: `table nat of iptables-nft, IPv4`. */
function held({tables, backend, family}: Ruleset): string {
  const names = [...new Set(tables.map(table => table.name))]
  const store = backendName(backend)
  return `table${names.length === 1 ? '' : 's'} ${sentence(names)} of ${store}, ${FAMILY[family]}`
}

/** What a text of one kind leaves open: other tables that capture, the other family, the other back end. */
function lacking(rulesets: readonly Ruleset[]): readonly string[] {
  const names = new Set(rulesets.flatMap(({tables}) => tables.map(table => table.name)))
  const has = (family: 'ip' | 'ip6') => rulesets.some(set => set.family === family || set.family === 'inet')
  const backends = new Set(rulesets.map(({backend}) => backend))
  const tables = ['nat', 'mangle'].filter(name => !names.has(name))
  return [
    ...(tables.length === 0 ? [] : [`table${tables.length === 1 ? '' : 's'} ${sentence(tables)}`]),
    ...(has('ip') ? [] : ['IPv4']),
    ...(has('ip6') ? [] : ['IPv6']),
    ...(backends.has('legacy') && !backends.has('nft') ? ['iptables-nft'] : []),
    ...(backends.has('nft') && !backends.has('legacy') ? ['iptables-legacy'] : []),
    ...(backends.has('native') ? [] : ['native nftables']),
    ...(backends.has('unknown') ? ['the other back end of iptables'] : []),
  ]
}

/** The line for rule stores without a rule: a verdict when the kernel was read, else what the text held and what it did not. */
export function noRulesWords({kernel, rulesets}: IptablesReport): string {
  if (kernel.from !== 'text') return 'There are no rules: nothing is captured, all traffic bypasses the proxy.'
  const missing = lacking(rulesets)
  const open =
    missing.length === 0
      ? ''
      : ` Not in the text: ${missing.join('; ')}. So what is captured cannot be determined from it.`
  return `The text holds no rules, only ${rulesets.map(held).join('; ')}.${open}`
}
