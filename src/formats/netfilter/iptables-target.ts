import {definedFields} from '../../model/collections/defined-fields.js'
import type {Action} from '../../model/kernel/ruleset.js'
import {hex, hexWord, markPair, markWord} from './values.js'
import {quoteWord} from './words.js'

/** The options that stood behind a target, by name without dashes; the value is empty for a bare option. */
export type TargetOptions = ReadonlyMap<string, string>

type ReadAction = (options: TargetOptions) => Action | undefined

const FULL = '0xffffffff'

function fixed(action: Action): ReadAction {
  return () => action
}

function hasOnly(options: TargetOptions, ...names: readonly string[]): boolean {
  return [...options.keys()].every(name => names.includes(name))
}

function withPorts(kind: 'redirect' | 'masquerade'): ReadAction {
  return options => {
    if (!hasOnly(options, 'to-ports', 'to-port', 'random', 'random-fully')) return undefined
    const ports = options.get('to-ports') ?? options.get('to-port')
    return ports === undefined ? {kind} : {kind, ports}
  }
}

function withAddress(kind: 'dnat' | 'snat', name: string): ReadAction {
  return options => {
    const to = options.get(name)
    return to === undefined || !hasOnly(options, name, 'random', 'random-fully', 'persistent') ? undefined : {kind, to}
  }
}

/** All ways to change a mark, as clear mask and xor value (iptables-extensions(8), MARK and CONNMARK). */
function markChange(options: TargetOptions): {value: string; mask: string} | undefined {
  const [name, word] = [...options][0] ?? ['', '']
  const pair = markPair(word)
  if (pair === undefined || options.size !== 1) return undefined
  const {value, mask} = pair
  switch (name) {
    case 'set-xmark':
      return {value: hex(value), mask: hex(mask)}
    case 'set-mark':
      return {value: hex(value), mask: hex(mask | value)}
    case 'and-mark':
      return {value: '0x0', mask: hex(~value)}
    case 'or-mark':
      return {value: hex(value), mask: hex(value)}
    case 'xor-mark':
      return {value: hex(value), mask: '0x0'}
    default:
      return undefined
  }
}

function copyMark(options: TargetOptions, kind: 'save-mark' | 'restore-mark'): Action | undefined {
  if (!hasOnly(options, kind, 'nfmask', 'ctmask', 'mask')) return undefined
  const both = options.get('mask')
  const nfmask = hexWord(options.get('nfmask') ?? both ?? FULL)
  const ctmask = hexWord(options.get('ctmask') ?? both ?? FULL)
  return nfmask === undefined || ctmask === undefined ? undefined : {kind, nfmask, ctmask}
}

function connmark(options: TargetOptions): Action | undefined {
  if (options.has('save-mark')) return copyMark(options, 'save-mark')
  if (options.has('restore-mark')) return copyMark(options, 'restore-mark')
  const change = markChange(options)
  return change === undefined ? undefined : {kind: 'set-connmark', ...change}
}

function tproxy(options: TargetOptions): Action | undefined {
  const port = options.get('on-port')
  if (port === undefined || !hasOnly(options, 'on-port', 'on-ip', 'tproxy-mark')) return undefined
  const address = options.get('on-ip')
  const word = options.get('tproxy-mark')
  const mark = word === undefined ? undefined : markWord(word)
  const anywhere = address === undefined || address === '0.0.0.0' || address === '::'
  return {kind: 'tproxy', port, ...definedFields({address: anywhere ? undefined : address}), mark}
}

function ct(options: TargetOptions): Action | undefined {
  if (options.has('notrack') && options.size === 1) return {kind: 'notrack'}
  const zone = options.get('zone')
  return zone !== undefined && /^\d+$/.test(zone) && options.size === 1 ? {kind: 'ct-zone', zone} : undefined
}

function reject(options: TargetOptions): Action | undefined {
  const reply = options.get('reject-with')
  return hasOnly(options, 'reject-with') ? {kind: 'reject', reply} : undefined
}

/** What a target notes down: the options of LOG, or the name of another target with its own. */
function log(target?: string): ReadAction {
  return options => ({
    kind: 'log',
    text: [...(target === undefined ? [] : [target]), optionText(options)].join(' ').trimEnd(),
  })
}

/** The targets whose meaning the packet walk knows (iptables-extensions(8)). */
const TARGETS: ReadonlyMap<string, ReadAction> = new Map<string, ReadAction>(
  Object.entries({
    ACCEPT: fixed({kind: 'accept'}),
    DROP: fixed({kind: 'drop'}),
    RETURN: fixed({kind: 'return'}),
    QUEUE: fixed({kind: 'queue'}),
    NFQUEUE: fixed({kind: 'queue'}),
    NOTRACK: fixed({kind: 'notrack'}),
    REJECT: reject,
    REDIRECT: withPorts('redirect'),
    MASQUERADE: withPorts('masquerade'),
    DNAT: withAddress('dnat', 'to-destination'),
    SNAT: withAddress('snat', 'to-source'),
    TPROXY: tproxy,
    MARK: options => {
      const change = markChange(options)
      return change === undefined ? undefined : {kind: 'set-mark', ...change}
    },
    CONNMARK: connmark,
    CT: ct,
    LOG: log(),
    TRACE: log('TRACE'),
    NFLOG: log('NFLOG'),
    ULOG: log('ULOG'),
  }),
)

function optionText(options: TargetOptions): string {
  return [...options].map(([name, value]) => (value === '' ? `--${name}` : `--${name} ${quoteWord(value)}`)).join(' ')
}

/** The options of targets; getopt takes any beginning that fits one of them alone (`--to` of REDIRECT is `--to-ports`). */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  REDIRECT: ['to-ports', 'random', 'random-fully'],
  MASQUERADE: ['to-ports', 'random', 'random-fully'],
  DNAT: ['to-destination', 'random', 'persistent'],
  SNAT: ['to-source', 'random', 'random-fully', 'persistent'],
  REJECT: ['reject-with'],
  TPROXY: ['on-port', 'on-ip', 'tproxy-mark'],
  MARK: ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'],
  CT: ['notrack', 'zone', 'helper', 'ctevents', 'expevents', 'timeout'],
}

/** The option a word stands for: itself, or the only one that begins with it. */
function wholeOption(target: string, word: string): string {
  const all = Object.hasOwn(OPTIONS, target) ? (OPTIONS[target] ?? []) : []
  const [only, ...more] = all.includes(word) ? [word] : all.filter(option => option.startsWith(word))
  return only === undefined || more.length > 0 ? word : only
}

/** Targets of iptables-extensions(8) whose meaning the packet walk does not know. */
const OTHERS: ReadonlySet<string> = new Set(
  'AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNSECMARK DNPT DSCP ECN HL HMARK IDLETIMER LED NETMAP RATEEST SECMARK SET SNPT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TTL'.split(
    ' ',
  ),
)

/** True for the name of any target iptables comes with; every other name is a chain, also where the text does not have it. */
export function isTarget(name: string): boolean {
  return isKnownTarget(name) || OTHERS.has(name)
}

/** True for a target name that iptables itself provides and we know; any other name may be a chain. */
export function isKnownTarget(name: string): boolean {
  return TARGETS.has(name)
}

/** The action of a target with its options; opaque, with the words kept, when either is not understood. */
export function readTarget(name: string, options: TargetOptions): Action {
  const whole =
    options.size === 0 ? options : new Map([...options].map(([option, value]) => [wholeOption(name, option), value]))
  const action = TARGETS.get(name)?.(whole)
  return action ?? {kind: 'opaque', text: `-j ${quoteWord(name)} ${optionText(options)}`.trimEnd()}
}
