import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import type {MessageLine} from '../../model/envoy/log-line.js'
import type {LogWriter} from '../../model/vocabulary/log-messages/message.js'
import {type JsonObject, objectOf, textOf} from '../decode.js'

const LEVEL = 'trace|debug|info|notice|warn|warning|error|critical|fatal'
/** Istio's log format: time, level, scope and message with tabs or spaces between. */
const ISTIO = new RegExp(`(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z?)\\s+(${LEVEL})\\s+(.*)$`, 'i')
/** Envoy's: `[time][thread][level][logger] [file:line] message`. */
const ENVOY = new RegExp(
  `\\[(\\d{4}-\\d\\d-\\d\\d [\\d:.]+)\\]\\[\\d+\\]\\[(${LEVEL})\\]\\[([\\w ]+)\\]\\s*(?:\\[[^\\]]*:\\d+\\]\\s*)?(.*)$`,
  'i',
)
/** klog: `E1130 02:03:04.567890 1 file.go:12] message`. */
const KLOG = /\b([IWEF])(\d{4} \d\d:\d\d:\d\d\.\d+)\s+\d+ ([\w./-]+:\d+)\] (.*)$/
/** Events of kubectl describe and kubectl get events. */
const EVENT = /(?:^|\s)(Warning|Normal)\s+([A-Z][A-Za-z]+)\s+(.*)$/

/** Lines of the kernel's log (dmesg(1), also with -T and -x; journalctl -k; syslog). */
const KERNEL: readonly RegExp[] = [
  /^(?:<\d{1,3}>)?(?:[a-z]{2,10} {0,6}:[a-z]{2,10} {0,6}: )?\[ {0,8}(\d{1,10}\.\d{6})\](?:\[ {0,8}[TC]\d{1,8}\])? (.*)$/,
  /^\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] (.*)$/,
  /^(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.,]{8,16}(?:Z|[+-][\d:]{4,5})) \S{1,100} kernel: (?:\[ {0,8}\d{1,10}\.\d{6}\] )?(.*)$/,
]

const KLOG_LEVELS: Readonly<Record<string, string>> = {I: 'info', W: 'warning', E: 'error', F: 'fatal'}

/** Scopes that one component alone has (Istio's log scopes; ztunnel's modules). */
const SCOPES: readonly (readonly [LogWriter, RegExp])[] = [
  ['Envoy', /^envoy\b/],
  ['pilot-agent', /^(sds|cache|xdsproxy|citadelclient|healthcheck|dns|googleca|secretcache|spiffe)$/],
  [
    'istiod',
    /^(ads|model|validationServer|validationController|serverca|ca|rootcertrotator|processing|krt|gateway|controllers|delta|webhooks|adsc|leader|klog|pkica|server|authorization|status|wle)$/,
  ],
  ['istio-cni', /^(cni|cni-agent|cni-plugin|install|repair|ambient|controller|ebpf|ipset|iptables)$/],
  [
    'ztunnel',
    /^(access|xds|xds::.*|proxy|proxy::.*|inpod|inpod::.*|state|state::.*|identity::.*|ztunnel.*|readiness|app|proxyfactory|dns::.*|socket|hyper_util|tls::.*|telemetry|(h2|rustls|pingora_pool)::.*|[\w:]+\{.*)$/,
  ],
]

function writerOf(scope: string): LogWriter | undefined {
  return SCOPES.find(([, scopes]) => scopes.test(scope))?.[0]
}

/** A module of ztunnel within its spans: `state:proxy{wl=ns/pod}:outbound{id=1}`, which a tab ends. */
const SPANS = /^([\w:]{1,80}\{[^\t]{1,400}\})\t(\S.*)$/

/** A scope is one word (or `envoy LOGGER`) that a tab or several spaces end, or that is known; otherwise all of it is the message. */
function splitScope(rest: string): {readonly scope?: string; readonly message: string} {
  const [, spans, said] = SPANS.exec(rest) ?? []
  if (spans !== undefined && said !== undefined) return {scope: spans, message: said}
  const match = /^(envoy [\w ]+?|\S{1,80})(\t|\s{2,})(\S.*)$/.exec(rest) ?? /^([\w:.-]+)(\s)(\S.*)$/.exec(rest)
  const [, scope, gap, message] = match ?? []
  if (scope === undefined || message === undefined) return {message: rest}
  if (gap === ' ' && writerOf(scope) === undefined) return {message: rest}
  return {scope, message: message.replace(/^external\/envoy\/\S+\s+/, '')}
}

function messageLine(message: string, rest: Omit<MessageLine, 'kind' | 'message' | 'writer'>): MessageLine {
  const writer = rest.scope === undefined ? undefined : writerOf(rest.scope)
  return {kind: 'message', message, ...rest, ...definedFields({writer})}
}

/** Reads a line of an Istio component, Envoy, klog or the kernel, or an event of Kubernetes; undefined for text without any of their marks. */
export function parseComponent(line: string): MessageLine | undefined {
  const envoy = ENVOY.exec(line)
  if (envoy !== null)
    return {
      kind: 'message',
      time: envoy[1] ?? '',
      level: envoy[2] ?? '',
      scope: envoy[3] ?? '',
      writer: 'Envoy',
      message: envoy[4] ?? '',
    }
  const istio = ISTIO.exec(line)
  if (istio !== null) {
    const {scope, message} = splitScope(istio[3] ?? '')
    return messageLine(message, {time: istio[1] ?? '', level: istio[2] ?? '', ...definedFields({scope})})
  }
  const kernel = KERNEL.map(form => form.exec(line)).find(found => found !== null)
  if (kernel !== undefined)
    return {kind: 'message', time: kernel[1] ?? '', writer: 'the kernel', message: kernel[2] ?? ''}
  const event = EVENT.exec(line)
  if (event !== null)
    return {
      kind: 'message',
      level: event[1] ?? '',
      scope: event[2] ?? '',
      writer: 'Kubernetes',
      message: `${event[2]} ${event[3]}`,
    }
  const klog = KLOG.exec(line)
  if (klog === null) return undefined
  return {
    kind: 'message',
    time: klog[2] ?? '',
    level: own(KLOG_LEVELS, klog[1] ?? '') ?? '',
    scope: klog[3] ?? '',
    message: klog[4] ?? '',
  }
}

/** Where loggers and collectors keep the message (zap, logrus; Google Cloud, CloudWatch, Azure, Loki, OpenTelemetry). */
const MESSAGE = ['msg', 'message', 'log', 'textPayload', '@message', 'LogMessage', 'line', 'body'] as const
/** Records of collectors that hold the one of the logger. */
const AROUND = ['_source', 'jsonPayload', 'result', 'event', 'body'] as const

/** Reads a JSON log entry with a message under the usual keys, at the top or inside the record of a collector. */
export function componentFromJson(json: JsonObject): MessageLine | undefined {
  const message = MESSAGE.map(name => textOf(json, name)).find(text => text !== undefined)
  if (message === undefined) {
    const inner = AROUND.map(name => objectOf(json, name)).find(each => each !== undefined)
    return inner === undefined ? undefined : componentFromJson(inner)
  }
  const error = textOf(json, 'error') ?? textOf(json, 'err')
  const parts = {
    time: textOf(json, 'time') ?? textOf(json, 'ts') ?? textOf(json, 'timestamp'),
    level: textOf(json, 'level') ?? textOf(json, 'severity'),
    scope: textOf(json, 'scope') ?? textOf(json, 'logger'),
  }
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
  return messageLine(error === undefined ? message : `${message}: ${error}`, given)
}
