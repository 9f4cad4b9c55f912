import type {Container} from '../../../model/kube/pod.js'
import {commaList} from '../../../model/text/comma-list.js'
import {parseGoBool} from '../../../model/text/go-boolean.js'
import {BARE_SETTINGS, type CaptureSettings} from './settings.js'

/** Names under which istio-init takes one value: flags (short and long) and environment variables; a flag wins. */
interface Source {
  readonly name: string
  readonly flags: readonly string[]
  readonly env: readonly string[]
}

function from(name: string, flags: string, env = ''): Source {
  const list = (text: string) => text.split(' ').filter(word => word !== '')
  return {name, flags: list(flags), env: list(env)}
}

/** istio-iptables --help and the names of its environment, 1.5 to 1.31. -p has no variable: ENVOY_PORT is printed but not read. */
const SOURCES: readonly Source[] = [
  from('proxyPort', '-p --envoy-port'),
  from('inboundPort', '-z --inbound-capture-port', 'INBOUND_CAPTURE_PORT'),
  from('tunnelPort', '-e --inbound-tunnel-port', 'INBOUND_TUNNEL_PORT'),
  from('uids', '-u --proxy-uid', 'PROXY_UID'),
  from('gids', '-g --proxy-gid', 'PROXY_GID'),
  from('mode', '-m --istio-inbound-interception-mode', 'ISTIO_INBOUND_INTERCEPTION_MODE'),
  from('tproxyMark', '-t --istio-inbound-tproxy-mark', 'ISTIO_INBOUND_TPROXY_MARK'),
  from('tproxyTable', '-r --istio-inbound-tproxy-route-table', 'ISTIO_INBOUND_TPROXY_ROUTE_TABLE'),
  from('inboundInclude', '-b --istio-inbound-ports', 'ISTIO_INBOUND_PORTS'),
  from('inboundExclude', '-d --istio-local-exclude-ports', 'ISTIO_LOCAL_EXCLUDE_PORTS'),
  from('rangesInclude', '-i --istio-service-cidr', 'ISTIO_SERVICE_CIDR'),
  from('rangesExclude', '-x --istio-service-exclude-cidr', 'ISTIO_SERVICE_EXCLUDE_CIDR'),
  from('outboundInclude', '-q --istio-outbound-ports', 'ISTIO_OUTBOUND_PORTS'),
  from('outboundExclude', '-o --istio-local-outbound-ports-exclude', 'ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE'),
  from('virtualInterfaces', '-k --kube-virt-interfaces', 'KUBE_VIRT_INTERFACES'),
  from('excludedInterfaces', '-c --istio-exclude-interfaces', 'ISTIO_EXCLUDE_INTERFACES'),
  from('dns', '--redirect-dns', 'ISTIO_META_DNS_CAPTURE REDIRECT_DNS'),
  from('dnsAll', '--capture-all-dns', 'CAPTURE_ALL_DNS'),
  from('dropInvalid', '--drop-invalid', 'INVALID_DROP'),
  from('dualStack', '--dual-stack', 'ISTIO_DUAL_STACK'),
  from('native', '--native-nftables', 'NATIVE_NFTABLES'),
  from('groupsInclude', '', 'ISTIO_OUTBOUND_OWNER_GROUPS'),
  from('groupsExclude', '', 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE'),
  from('loopback4', '', 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR'),
]

const SWITCHES: ReadonlySet<string> = new Set(['dns', 'dnsAll', 'dropInvalid', 'dualStack', 'native'])

const BY_FLAG: ReadonlyMap<string, string> = new Map(
  SOURCES.flatMap(({name, flags}) => flags.map(flag => [flag, name] as const)),
)

function fromArgs(args: readonly string[]): Map<string, string> {
  const values = new Map<string, string>()
  for (let at = 0; at < args.length; at++) {
    const [word = '', attached] = splitFlag(args[at] ?? '')
    const name = BY_FLAG.get(word)
    if (name === undefined) continue
    if (attached !== undefined) values.set(name, attached)
    else if (SWITCHES.has(name)) values.set(name, 'true')
    else values.set(name, args[++at] ?? '')
  }
  return values
}

function splitFlag(word: string): readonly [string, string | undefined] {
  const equals = word.indexOf('=')
  if (word.startsWith('-') && equals > 0) return [word.slice(0, equals), word.slice(equals + 1)]
  const short = word.slice(0, 2)
  return word.length > 2 && !word.startsWith('--') && BY_FLAG.has(short) ? [short, word.slice(2)] : [word, undefined]
}

/** The program that sets up rules, by the names it had: a shell script up to 1.4, then a program, then a part of pilot-agent. */
const PROGRAM = /(?:^|[\s/"'])(?:istio-iptables(?:\.sh)?|prepare_proxy(?:\.sh)?)(?=[\s"',]|$)/

/** What a shell runs: words, of which one in quotes may be empty. */
function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}

/**
 * The words of the command by which a container sets up rules: `command` and `args` together, whichever holds the flags (injection templates of
 * 1.5 have all of them in `command`); a line that is given to a shell is cut into words.
 */
export function initWords({command, args}: Pick<Container, 'command' | 'args'>): readonly string[] {
  return [...command, ...args].flatMap(word => (PROGRAM.test(word) && /\s-/.test(word) ? shellWords(word) : [word]))
}

/** True if words say nothing about rules: there are some, and none is a flag of the program. */
export function sayNothing(words: readonly string[]): boolean {
  const own = words.filter(word => !PROGRAM.test(word))
  return own.length > 0 && own.every(word => !BY_FLAG.has(splitFlag(word)[0]))
}

/** The words of a command line that sets up rules, as pasted: with the program's name or without; undefined for other lines. */
export function initLine(text: string): readonly string[] | undefined {
  const lines = text
    .split(/\r?\n/)
    // Prose quotes a command line in backticks.
    .map(each => /`([^`]*\bistio-iptables\s[^`]*)`/.exec(each)?.[1] ?? each)
    .map(each => each.trim())
  const at = lines.findIndex(each => PROGRAM.test(each) || /^-p \d+ .*-[ubizm] /.test(each))
  const line = lines[at]
  if (line === undefined) return undefined
  const bare = line.replace(/^(?:(?:-|\[|args:|command:)\s+|\[)*/, '').replace(/\]$/, '')
  const words = shellWords(bare.replace(/(["'])\s*,\s*/g, '$1 ').replace(/(?<=\S),\s+/g, ' '))
  return words.length > 1 ? words : listedArguments(words, lines.slice(at + 1))
}

/** The arguments given one per line below the program, as a list of YAML; undefined when there are none or some were left out. */
function listedArguments(program: readonly string[], behind: readonly string[]): readonly string[] | undefined {
  const end = behind.findIndex(each => !/^- /.test(each))
  const items = behind.slice(0, end < 0 ? behind.length : end)
  if (items.length === 0 || /^(?:\.{3,}|…)/.test(behind[end] ?? '')) return undefined
  return [...program, ...items.map(each => shellWords(each.slice(2).split(/\s(?:#|\/\/)/, 1)[0] ?? '')[0] ?? '')]
}

function fromEnv(env: Readonly<Record<string, string>>): Map<string, string> {
  const values = new Map<string, string>()
  for (const {name, env: names} of SOURCES) {
    const set = names.find(each => Object.hasOwn(env, each) && (env[each] !== '' || each.includes('OWNER_GROUPS')))
    if (set !== undefined) values.set(name, env[set] ?? '')
  }
  return values
}

/** What istio-init finds in the pod besides its flags: name servers of resolv.conf, and addresses that decide about IPv6. */
export interface PodFacts {
  readonly resolvers: readonly string[]
  /** The pod's addresses without loopback and link-local ones, in order. */
  readonly addresses: readonly string[]
}

/**
 * IPv6 rules are made when the first address is IPv6 (IPv4 ones are listed first), or when dual stack is asked for and there is any
 * (istio-iptables, configureIPv6Addresses).
 */
export function wantsIpv6(addresses: readonly string[], dualStack: boolean): boolean {
  const v6 = addresses.filter(address => address.includes(':'))
  return v6.length > 0 && (v6.length === addresses.length || dualStack)
}

/** The effective settings of istio-init from its arguments and environment, and what it finds in the pod; a flag wins over a variable. */
export function settingsFromInit(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  pod: PodFacts,
): CaptureSettings {
  const values = new Map([...fromEnv(env), ...fromArgs(args)])
  const text = (name: string, usual: string) => values.get(name) ?? usual
  const list = (name: string) => commaList(values.get(name) ?? '')
  const uids = values.has('uids') ? list('uids') : BARE_SETTINGS.uids
  return {
    proxyPort: text('proxyPort', BARE_SETTINGS.proxyPort),
    inboundPort: text('inboundPort', BARE_SETTINGS.inboundPort),
    tunnelPort: text('tunnelPort', BARE_SETTINGS.tunnelPort),
    uids,
    gids: values.has('gids') ? list('gids') : uids,
    mode: text('mode', 'REDIRECT') === 'TPROXY' ? 'TPROXY' : 'REDIRECT',
    tproxyMark: Number(text('tproxyMark', '1337')) || 1337,
    inboundInclude: text('inboundInclude', ''),
    inboundExclude: list('inboundExclude'),
    rangesInclude: text('rangesInclude', ''),
    rangesExclude: list('rangesExclude'),
    outboundInclude: list('outboundInclude'),
    outboundExclude: list('outboundExclude'),
    virtualInterfaces: list('virtualInterfaces'),
    excludedInterfaces: list('excludedInterfaces'),
    dns: parseGoBool(values.get('dns')),
    dnsAll: parseGoBool(values.get('dnsAll')),
    resolvers: pod.resolvers,
    dropInvalid: parseGoBool(values.get('dropInvalid')),
    groupsInclude: text('groupsInclude', '*'),
    groupsExclude: list('groupsExclude'),
    loopback4: text('loopback4', BARE_SETTINGS.loopback4),
    native: parseGoBool(values.get('native')),
    ipv6: wantsIpv6(pod.addresses, parseGoBool(values.get('dualStack'))),
  }
}
