import {clusterNameSentence} from '../../analysis/log-explanation/side.js'
import {type KernelNote, kernelNote, kernelWords} from '../../analysis/netfilter/rule-words/chain-notes.js'
import {flagNamed, RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import {MESH_TERMS, termNamed} from '../../model/istio/mesh-terms.js'
import {AMBIENT_PORTS, GATEWAY_PORTS, ISTIOD_PORTS, SIDECAR_PORTS} from '../../model/istio/reserved-ports.js'
import {type IpAddress, inRange, parseIp, parseIpRange} from '../../model/kernel/ip-address.js'
import {ADDRESSES} from '../../model/vocabulary/addresses.js'
import {GRPC_NUMBERS} from '../../model/vocabulary/grpc-codes.js'
import {ISTIO_CODES} from '../../model/vocabulary/istio-codes.js'
import {ALL_WORDS, meaningsOf, type WordMeaning} from '../../model/vocabulary/words.js'
import type {AnyRule} from '../../rules/any-rule.js'
import {findRules} from '../../rules/select-rules.js'

export interface PortUse {
  readonly where: string
  readonly owner: string
  readonly purpose: string
  readonly protocols: readonly string[]
}

/** Everything known about one term. */
export interface Topic {
  readonly word: string
  readonly rules: readonly AnyRule[]
  readonly port?: {readonly port: number; readonly uses: readonly PortUse[]}
  readonly kernel?: KernelNote
  readonly flags: readonly {readonly flag: string; readonly meaning: string; readonly next: string}[]
  readonly term?: {readonly term: string; readonly meaning: string; readonly next: string}
  readonly meanings: readonly WordMeaning[]
}

const TABLES = [
  ['a pod with a sidecar', SIDECAR_PORTS],
  ['an ambient pod', AMBIENT_PORTS],
  ['a gateway', GATEWAY_PORTS],
  ['istiod', ISTIOD_PORTS],
] as const

function usesOf(port: number): readonly PortUse[] {
  return TABLES.flatMap(([where, table]) =>
    table.filter(each => each.port === port).map(({owner, purpose, protocols}) => ({where, owner, purpose, protocols})),
  )
}

/** Access logs join several flags with commas; none when any part of the word is not a flag. */
function flagsOf(word: string): Topic['flags'] {
  const flags = word.split(',').map(each => {
    const flag = flagNamed(each)
    const known = flag === undefined ? undefined : RESPONSE_FLAGS[flag]
    return flag === undefined || known === undefined ? undefined : {flag, meaning: known[0], next: known[1]}
  })
  const found = flags.filter(each => each !== undefined)
  return found.length === flags.length ? found : []
}

function termOf(word: string): Topic['term'] {
  const term = termNamed(word)
  const known = term === undefined ? undefined : MESH_TERMS[term]
  return term === undefined || known === undefined ? undefined : {term, meaning: known[0], next: known[1]}
}

const ANALYZER = 'https://istio.io/latest/docs/reference/config/analysis/'

function istioCode(word: string): readonly WordMeaning[] {
  const named = Object.entries(ISTIO_CODES).find(([, [, name]]) => name.toLowerCase() === word.toLowerCase())?.[0]
  const code = named ?? word.toUpperCase()
  const known = Object.hasOwn(ISTIO_CODES, code) ? ISTIO_CODES[code] : undefined
  if (known === undefined) return []
  const [level, name, meaning, next] = known
  const source = `${ANALYZER}${code.toLowerCase()}/`
  return [{word: `${code} ${name}`, kind: `${level.toLowerCase()} of istioctl analyze`, meaning, next, source}]
}

function holds(text: string, ip: IpAddress): boolean {
  const range = parseIpRange(text)
  return range !== undefined && inRange(ip, range)
}

/** Names with a fixed form: clusters of Istio, HTTP codes without an entry, gRPC statuses by number. */
function formed(word: string): readonly WordMeaning[] {
  const cluster = clusterNameSentence(word)
  if (cluster !== undefined) {
    const next = `meshctl proxy-config endpoint POD --cluster '${word}'`
    const source = 'https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'
    return [{word, kind: 'cluster of Envoy', meaning: cluster, next, source}]
  }
  const ip = parseIp(word)
  if (ip !== undefined)
    return Object.keys(ADDRESSES)
      .filter(text => text.includes('/') && holds(text, ip))
      .flatMap(meaningsOf)
  const grpc = /^(?:grpc[- ]?(?:status|code)?|code)[ =:]*(\d+)$/i.exec(word)?.[1]
  return grpc === undefined ? [] : meaningsOf(GRPC_NUMBERS[Number(grpc)] ?? '')
}

/** The rules that may be explained, loaded when a word could be the name of one. */
export type RuleList = () => readonly AnyRule[]

/** No rule is named by digits or by three letters, as ports and response flags are. */
const RULE_NAME = /^(?=.*[a-z]).{4}/i

/** Everything known about a term: a rule, an Istio code, a port, flags, an iptables chain or rule, a term of the mesh, Envoy or a log; undefined when unknown. */
export function topicOf(rules: RuleList, word: string): Topic | undefined {
  const flags = flagsOf(word)
  const found = RULE_NAME.test(word) ? findRules(rules(), word) : []
  const meanings = [...istioCode(word), ...meaningsOf(word), ...formed(word)]
  const number = /^:?(\d+)$/.exec(word)?.[1]
  const uses = number === undefined ? [] : usesOf(Number(number))
  const isPort = number !== undefined && Number(number) >= 1 && Number(number) <= LAST_PORT
  const port = isPort && (uses.length > 0 || meanings.length === 0) ? {port: Number(number), uses} : undefined
  const kernel = kernelNote(word)
  const named = termOf(word)
  const term = named !== undefined && meanings.length > 0 && named.term !== word.toLowerCase() ? undefined : named
  if (
    found.length + flags.length + meanings.length === 0 &&
    port === undefined &&
    kernel === undefined &&
    term === undefined
  )
    return undefined
  return {
    word,
    rules: found,
    flags,
    meanings,
    port,
    kernel,
    term,
  }
}

const LAST_PORT = 65535

/** True for a number outside the range of ports. */
export function isInvalidPort(word: string): boolean {
  return /^\d+$/.test(word) && (Number(word) < 1 || Number(word) > LAST_PORT)
}

/** Every known name, for "did you mean". */
export function knownNames(rules: RuleList): readonly string[] {
  return [
    ...rules().flatMap(({code, slug}) => [code, slug]),
    ...Object.keys(RESPONSE_FLAGS),
    ...kernelWords(),
    ...Object.keys(MESH_TERMS),
    ...Object.keys(ISTIO_CODES),
    ...ALL_WORDS,
  ]
}
