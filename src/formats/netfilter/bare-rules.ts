import {inferTable} from './section.js'
import {splitWords} from './words.js'

/** Targets that one table alone knows (iptables-extensions(8)); MARK and CONNMARK are taken by every table. */
const TABLE_OF_TARGET: Readonly<Record<string, string>> = {
  REDIRECT: 'nat',
  DNAT: 'nat',
  SNAT: 'nat',
  MASQUERADE: 'nat',
  NETMAP: 'nat',
  TPROXY: 'mangle',
  DSCP: 'mangle',
  TOS: 'mangle',
  TTL: 'mangle',
  HL: 'mangle',
  ECN: 'mangle',
  CT: 'raw',
  NOTRACK: 'raw',
  REJECT: 'filter',
  SECMARK: 'security',
  CONNSECMARK: 'security',
}

const BUILT_IN: ReadonlySet<string> = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])
/** Chains that the meshes make in table nat alone. */
const NAT_CHAIN =
  /^(ISTIO_(REDIRECT|IN_REDIRECT)|PROXY_INIT_|CONSUL_|KUMA_|MESH_(IN|OUT)BOUND|APPMESH_|(OSM_)?PROXY_|DOCKER_|KUBE-SVC-|KUBE-SEP-|KUBE-SERVICES)/

interface BareRule {
  readonly chain: string
  readonly target: string | undefined
}

function bareRule(text: string): BareRule {
  const words = splitWords(text)
  const at = words.findIndex(word => ['-j', '--jump', '-g', '--goto'].includes(word))
  return {chain: words[1] ?? '', target: at < 0 ? undefined : words[at + 1]}
}

function tableOfTarget(target: string | undefined): string | undefined {
  return target !== undefined && Object.hasOwn(TABLE_OF_TARGET, target) ? TABLE_OF_TARGET[target] : undefined
}

/** The tables of chains by what their rules do and by whom they are called; chains of which nothing tells are missing. */
function tablesOfChains(rules: readonly BareRule[]): ReadonlyMap<string, string> {
  const tables = new Map<string, string>()
  const learn = (chain: string | undefined, table: string | undefined): boolean => {
    if (chain === undefined || table === undefined || BUILT_IN.has(chain) || tables.has(chain)) return false
    tables.set(chain, table)
    return true
  }
  const own = new Set(rules.map(({chain}) => chain))
  for (const {chain, target} of rules) {
    learn(chain, tableOfTarget(target))
    for (const name of [chain, target ?? '']) if (NAT_CHAIN.test(name)) learn(name, 'nat')
  }
  for (let more = true; more; ) {
    more = false
    for (const {chain, target} of rules) {
      if (BUILT_IN.has(chain) || target === undefined || !own.has(target)) continue
      if (learn(chain, tables.get(target)) || learn(target, tables.get(chain))) more = true
    }
  }
  return tables
}

/** Where rules of a list belong that does not name its table. */
export interface BareTables {
  /** The table of each line, in order. */
  readonly tables: readonly string[]
  /** True when nothing in the list tells the table, and it is only the usual one. */
  readonly assumed: boolean
}

/**
 * The tables of rules as `iptables -S` prints them, of which the text does not say which they are: by targets that one table alone has, and by
 * the chains they jump to. A list may hold rules of several tables one after the other. `declared` says that the built-in chains of one table
 * are in the text (`-P`), which tells its name where no target does.
 */
export function tablesOfList(texts: readonly string[], chains: readonly string[], declared: boolean): BareTables {
  const rules = texts.map(bareRule)
  const byChain = tablesOfChains(rules)
  const listed = rules.map(
    ({chain, target}) =>
      tableOfTarget(target) ?? byChain.get(chain) ?? (target === undefined ? undefined : byChain.get(target)),
  )
  const counts = new Map<string, number>()
  for (const table of listed) if (table !== undefined) counts.set(table, (counts.get(table) ?? 0) + 1)
  const [main] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [undefined]
  const usual = main ?? inferTable(chains)
  if (declared) return {tables: texts.map(() => usual), assumed: false}
  return {tables: listed.map(table => table ?? usual), assumed: main === undefined}
}
