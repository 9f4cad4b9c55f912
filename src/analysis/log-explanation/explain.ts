import {own} from '../../model/collections/own.js'
import type {AccessLogEntry, LogLine, MessageLine} from '../../model/envoy/log-line.js'
import {RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'
import {GRPC_CODES} from '../../model/vocabulary/grpc-codes.js'
import {ISTIO_CODES} from '../../model/vocabulary/istio-codes.js'
import {ENVOY_MESSAGES} from '../../model/vocabulary/log-messages/envoy.js'
import {GENERIC_MESSAGES} from '../../model/vocabulary/log-messages/generic.js'
import {ISTIOD_MESSAGES} from '../../model/vocabulary/log-messages/istiod.js'
import type {LogMessage, LogWriter} from '../../model/vocabulary/log-messages/message.js'
import {ZTUNNEL_MESSAGES} from '../../model/vocabulary/log-messages/ztunnel.js'
import {ZTUNNEL_ERRORS} from '../../model/vocabulary/log-messages/ztunnel-errors.js'
import {TLS_ERRORS} from '../../model/vocabulary/tls-errors.js'
import {meaningsOf, type WordMeaning} from '../../model/vocabulary/words.js'
import {causeOf} from './access-cause.js'
import {explainForeign} from './foreign.js'
import type {LineExplanation} from './line-explanation.js'
import {EVENTS, ORDER, TABLES} from './message-tables.js'
import {clusterNameSentence, writerSentence} from './side.js'

const MAX_TEXT = 160

function short(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

const HEAD = 80
const MAX_MESSAGE = 240

/** A long message without its middle: what failed is said first, and why last, behind the errors it is wrapped in. */
function shortMessage(text: string): string {
  return text.length > MAX_MESSAGE
    ? `${text.slice(0, HEAD).trimEnd()} … ${text.slice(HEAD - MAX_MESSAGE).trimStart()}`
    : text
}

/** The policy in `rbac_access_denied_matched_policy[ns[demo]-policy[deny-all]-rule[0]]`. */
function policyIn(text: string): string {
  const named = /ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[([^\]]*)\]/.exec(text)
  if (named !== null) return `AuthorizationPolicy ${named[1]}/${named[2]}, rule ${named[3]}`
  return /matched_policy\[([^\]]*)/.exec(text)?.[1] ?? 'its name is not in the line'
}

function filled(text: string, entry: AccessLogEntry): string {
  const all = `${entry.details ?? ''} ${entry.termination ?? ''}`
  const values: Readonly<Record<string, string>> = {
    policy: policyIn(all),
    case: /\{([^{}]*)\}/.exec(all)?.[1]?.replaceAll('_', ' ') ?? 'the line does not say why',
    local: entry.localAddress ?? 'this address',
    sni: entry.sni ?? '',
    authority: entry.authority ?? entry.sni ?? '',
    cluster: entry.cluster ?? '',
    upstream: entry.upstreamHost ?? '',
    duration: entry.duration === undefined ? 'an unknown time' : `${entry.duration} ms`,
    code: entry.code ?? '',
  }
  return text
    .replace(/ ?\(?\{(\w+)\}\)?/g, (whole, name: string) => {
      const value = own(values, name) ?? ''
      return value === '' ? '' : whole.replace(`{${name}}`, value)
    })
    .replace(/(?<! ) +([,.;:])/g, '$1')
    .replace(/:(?=[.;])/g, '')
}

function flagWords(entry: AccessLogEntry): LineExplanation['words'] {
  return entry.flags.map(flag => ({
    word: flag,
    meaning: RESPONSE_FLAGS[flag]?.[0] ?? 'a response flag this release does not know',
  }))
}

function wordsIn(texts: readonly (string | undefined)[]): LineExplanation['words'] {
  return texts
    .flatMap(text => (text === undefined ? [] : meaningsOf(text).slice(0, 1)))
    .map(({word, meaning}) => ({word, meaning}))
}

/** The TLS errors and gRPC codes a text names, by their own spelling; the longest of several that overlap. */
function namedErrors(text: string): readonly WordMeaning[] {
  const tls = Object.keys(TLS_ERRORS).filter(word => text.toLowerCase().includes(word.toLowerCase()))
  const whole = tls.filter(
    word => !tls.some(other => other !== word && other.toLowerCase().includes(word.toLowerCase())),
  )
  const grpc = Object.keys(GRPC_CODES).filter(word => new RegExp(`code = ${word}\\b`).test(text))
  return [...whole, ...grpc].flatMap(word => meaningsOf(word).slice(0, 1))
}

function heading(entry: AccessLogEntry): string {
  const what =
    entry.form === 'ztunnel'
      ? `${entry.source ?? 'unknown'} -> ${entry.destination ?? 'unknown'}`
      : (entry.request ?? (entry.tcp ? 'TCP connection' : 'request'))
  return [what, entry.code, entry.flags.join(',')].filter(part => part !== undefined && part !== '').join(' ')
}

/** Answers of Envoy to gRPC requests have HTTP 200 and the failure in grpc-status (Envoy, "gRPC": local replies). */
function hiddenGrpcFailure({code, flags}: AccessLogEntry): readonly string[] {
  const failed = flags.some(flag => /^(?:U[A-Z]+|N[A-Z]+|LR|LH|OM|RL|DF)$/.test(flag))
  return code === '200' && failed
    ? [
        'The status is 200 although the request failed: for gRPC the failure is in grpc-status, mostly 14 (Unavailable), not in the HTTP status.',
      ]
    : []
}

function explainAccess(entry: AccessLogEntry): LineExplanation | undefined {
  const cause = causeOf(entry)
  if (cause === undefined) return undefined
  const errors = namedErrors(entry.failure ?? '').map(({word, meaning}) => ({word, meaning}))
  const cluster = entry.cluster === undefined ? undefined : clusterNameSentence(entry.cluster)
  return {
    writer: writerSentence(entry),
    heading: short(heading(entry)),
    means: filled(cause.means, entry),
    next: filled(cause.next, entry),
    also: hiddenGrpcFailure(entry),
    words: [
      ...flagWords(entry),
      ...wordsIn([entry.details, entry.termination, cluster === undefined ? entry.cluster : undefined, entry.route]),
      ...errors,
      ...(cluster === undefined ? [] : [{word: entry.cluster ?? '', meaning: cluster}]),
    ],
  }
}

function writersFor({writer, message}: MessageLine): readonly LogWriter[] {
  const named: readonly LogWriter[] = /\bztunnel\b/.test(message) ? ['ztunnel'] : []
  if (writer === 'the kernel') return ['the kernel']
  if (writer === 'Kubernetes') return ['istio-cni', 'Kubernetes', ...named]
  return [...(writer === undefined ? [] : [writer]), ...ORDER.filter(each => each !== writer), ...named]
}

/** Meanings of further patterns that the same line has. */
const MAX_ALSO = 2

/** Why the other side refused, where a component passes its words on: Envoy a configuration, istiod the stream of a proxy. */
function reasonsOf(writer: LogWriter, message: string): readonly LogMessage[] {
  const other =
    writer === 'Envoy'
      ? /stream.{0,60}closed/i.test(message)
        ? ISTIOD_MESSAGES
        : []
      : /ACK ERROR|\breject/i.test(message)
        ? ENVOY_MESSAGES
        : []
  return other.filter(([words]) => words.test(message)).slice(0, 1)
}

/** What is looked at of a message: the cause stands near its beginning, and patterns may go back and forth in it. */
const LONGEST_MESSAGE = 4096

function named(whole: MessageLine): readonly LogMessage[] {
  const line =
    whole.message.length > LONGEST_MESSAGE ? {...whole, message: whole.message.slice(0, LONGEST_MESSAGE)} : whole
  for (const writer of writersFor(line)) {
    // Reasons of events are everyday words, which only a line that is an event begins with.
    const table = line.writer === 'Kubernetes' && writer === 'Kubernetes' ? EVENTS : TABLES[writer]
    const known = table.filter(([words]) => words.test(line.message))
    if (known.length > 0) return [...known.slice(0, 1), ...reasonsOf(writer, line.message), ...known.slice(1)]
  }
  return GENERIC_MESSAGES.filter(([words]) => words.test(line.message))
}

/** A message of istioctl analyze: `Error [IST0101] (VirtualService shop/web) Referenced host not found`. */
function analyzerMessage(message: string): LineExplanation | undefined {
  const code =
    /\b(?:Error|Warning|Warn|Info)\W{1,3}\[?(IST\d{4})\]?/.exec(message)?.[1] ?? /\[(IST\d{4})\]/.exec(message)?.[1]
  const known = code === undefined ? undefined : own(ISTIO_CODES, code)
  if (code === undefined || known === undefined) return undefined
  const [, , means, next] = known
  const source = `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`
  return {writer: 'istioctl analyze', heading: shortMessage(message), means, next, source, also: [], words: []}
}

/** What a message of a component says, when it or an error in it is one of those known. */
export function explainMessage(line: MessageLine): LineExplanation | undefined {
  const analyzer = analyzerMessage(line.message)
  if (analyzer !== undefined) return analyzer
  const [first, ...also] = named(line)
  const errors = namedErrors(line.message)
  const writer = line.writer ?? writersFor(line).find(each => first !== undefined && TABLES[each].includes(first))
  const words = errors.map(({word, meaning}) => ({word, meaning}))
  const base = {writer: writer ?? 'not said in the line', heading: shortMessage(line.message), words}
  if (first !== undefined) {
    const [, means, next, source] = first
    const further = ZTUNNEL_ERRORS.includes(first) ? [] : also.slice(0, MAX_ALSO)
    return {...base, means, next, source, also: further.map(([, meaning]) => meaning)}
  }
  const [error] = errors
  if (error !== undefined) return {...base, means: error.meaning, next: error.next, source: error.source, also: []}
  const isStep = line.writer === 'ztunnel' && /^(debug|trace)$/i.test(line.level ?? '')
  return isStep ? {...base, ...ztunnelStep(line.scope ?? ''), also: []} : undefined
}

/** A line of ztunnel at level debug or trace whose words are not known: the module that wrote it, and for which connection. */
function ztunnelStep(scope: string): Pick<LineExplanation, 'means' | 'next' | 'source'> {
  const [module = ''] = scope.split(/:(?:proxy|inbound|outbound|Connection)\{/)
  const [, pod] = /\bwl=([^}\s]{1,200})\}/.exec(scope) ?? []
  return {
    means: `A step inside ztunnel's module ${module}${pod === undefined ? '' : ` for pod ${pod}`}, written at level debug for its developers.`,
    next: 'Lines of scope access say how connections ended.',
    source: 'https://github.com/istio/ztunnel',
  }
}

/** What is known of a line of a log whose message is not known: who wrote it and how serious it is. */
export function describeUnknown(line: MessageLine): LineExplanation {
  const scope = line.scope === undefined ? '' : ` (scope ${line.scope})`
  const level = line.level === undefined ? 'A message' : `A message of level ${line.level}`
  return {
    writer: `${line.writer ?? 'not said in the line'}${scope}`,
    heading: shortMessage(line.message),
    means: `${level} that meshctl has no entry for.`,
    next:
      line.writer === 'the kernel'
        ? 'Search the documentation of the kernel (docs.kernel.org) for the part of the message without names and numbers.'
        : 'Search the issues of istio/istio or envoyproxy/envoy for the part of the message without names and numbers.',
    words: [],
    also: [],
  }
}

/** The policy by which ztunnel refused a connection: `explicitly denied by: shop/deny-ingress` (ztunnel, src/proxy.rs). */
function denierIn(error: string | undefined): readonly {readonly word: string; readonly meaning: string}[] {
  const [, policy] = /explicitly denied by: (\S{1,300})/.exec(error ?? '') ?? []
  return policy === undefined ? [] : [{word: 'policy', meaning: policy}]
}

function explainZtunnel(entry: AccessLogEntry): LineExplanation | undefined {
  const error = entry.failure
  const known = ZTUNNEL_MESSAGES.find(([words]) => words.test(error ?? 'connection complete'))
  const where = [
    entry.source === undefined ? '' : `from ${entry.source}`,
    entry.destination === undefined ? '' : `to ${entry.destination}`,
  ]
  return {
    writer: writerSentence(entry),
    heading: short(heading(entry)),
    means: known?.[1] ?? `The connection failed: ${short(error ?? '')}.`,
    next: known?.[2] ?? 'Read the log of ztunnel on both nodes.',
    source: known?.[3] ?? 'https://istio.io/latest/docs/ambient/usage/troubleshoot-ztunnel/',
    also: [],
    words: [
      {
        word: 'connection',
        meaning: [...where, entry.service === undefined ? '' : `(Service ${entry.service})`]
          .filter(part => part !== '')
          .join(' '),
      },
      ...denierIn(error),
    ],
  }
}

/** What a line of a log says: who wrote it, what happened, what to do next; undefined when nothing in it is known. */
export function explainLine(line: LogLine): LineExplanation | undefined {
  if (line.kind === 'message') return explainMessage(line)
  if (line.kind === 'foreign') return explainForeign(line)
  return line.form === 'ztunnel' ? explainZtunnel(line) : explainAccess(line)
}

/** What an error of ztunnel's access log means; undefined for words that are not known. */
export function ztunnelMeaning(error: string | undefined): string | undefined {
  return error === undefined ? undefined : ZTUNNEL_MESSAGES.find(([words]) => words.test(error))?.[1]
}
