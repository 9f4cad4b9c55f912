import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {type JsonObject, numberOf, textOf} from '../decode.js'

/** The pairs of a logfmt text: `key=value` or `key="value"`, quotes inside escaped. */
function pairs(text: string): Readonly<Record<string, string>> {
  const found: [string, string][] = []
  for (const match of text.matchAll(/(?:^|\s)([a-z][a-z_.]*)=(?:"((?:[^"\\]|\\.)*)(?:"|$)|(\S*))/g)) {
    found.push([match[1] ?? '', (match[2] ?? match[3] ?? '').replace(/\\"/g, '"')])
  }
  return Object.fromEntries(found)
}

function workload(of: Readonly<Record<string, string>>, side: 'src' | 'dst'): string | undefined {
  const name = of[`${side}.workload`]
  const namespace = of[`${side}.namespace`]
  const address = of[`${side}.addr`]
  if (name === undefined) return address
  return `${name}${namespace === undefined ? '' : ` in ${namespace}`}${address === undefined ? '' : ` (${address})`}`
}

function podOf(of: Readonly<Record<string, string>>, side: 'src' | 'dst'): PodRef | undefined {
  const [name, namespace] = [of[`${side}.workload`], of[`${side}.namespace`]]
  return name === undefined || namespace === undefined ? undefined : {name, namespace}
}

function entryOf(of: Readonly<Record<string, string>>, time: string | undefined): AccessLogEntry {
  const code = of.response_code
  const optional = {
    failure: of.error,
    direction: of.direction,
    source: workload(of, 'src'),
    destination: workload(of, 'dst'),
    service: of['dst.service'],
    sourcePod: podOf(of, 'src'),
    destinationPod: podOf(of, 'dst'),
    remoteAddress: of['src.addr'],
    localAddress: of['dst.hbone_addr'] ?? of['dst.addr'],
    duration: of.duration === undefined ? undefined : Number.parseFloat(of.duration),
    time,
    code,
  }
  return {
    kind: 'access',
    form: 'ztunnel',
    tcp: true,
    flags: [],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  }
}

/** Reads a connection in ztunnel's access log as text: `TIME level access connection complete src.addr=... dst.addr=...`. */
export function parseZtunnelText(line: string): AccessLogEntry | undefined {
  if (!/\b(src|dst)\.(addr|workload)=/.test(line)) return undefined
  const entry = entryOf(pairs(line), /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(line)?.[0])
  const open = line.replace(/\\./g, '').split('"').length % 2 === 0
  const short = /connection complete/.test(line) && entry.duration === undefined && entry.failure === undefined
  return open || short ? {...entry, cut: true} : entry
}

/** The same with ztunnel's JSON log format. */
export function ztunnelFromJson(json: JsonObject): AccessLogEntry | undefined {
  if (textOf(json, 'src.addr') === undefined && textOf(json, 'dst.addr') === undefined) return undefined
  const texts = Object.entries(json).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : String(value),
  ])
  return entryOf(Object.fromEntries(texts), textOf(json, 'time') ?? numberOf(json, 'time')?.toString())
}
