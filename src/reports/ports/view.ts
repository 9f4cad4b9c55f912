import type {PortRow, PortVerdict} from '../../analysis/ports/port-map.js'
import {MODE_WORDS} from '../../model/istio/pod-mode.js'
import {socketAddress} from '../../model/kernel/socket.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import {type Cell, type Doc, type Line, prose, type Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {PortsReport} from './report.js'

const WORDS: Readonly<Record<PortVerdict, readonly [string, Tone | undefined]>> = {
  mesh: ['used by Istio', 'dim'],
  reachable: ['yes', 'good'],
  plain: ['yes, outside the mesh', undefined],
  clash: ['no: reserved port', 'bad'],
  'loopback only': ['no: loopback only', 'bad'],
  'not listening': ['no: not listening', 'bad'],
  'not started': ['no: not started yet', 'warn'],
  'bypasses the sidecar': ['yes, bypasses the sidecar', 'warn'],
  undeclared: ['not declared', 'dim'],
  private: ['no: inside the pod only', 'dim'],
  unknown: ['unknown', 'warn'],
}
const TONES = {error: 'bad', warning: 'warn', info: 'dim'} as const

function ownerOf(row: PortRow): string {
  const owners = row.sockets.map(({process, uid}) =>
    process === undefined
      ? uid === undefined
        ? '?'
        : `uid ${uid}`
      : uid === undefined
        ? process
        : `${process} (${uid})`,
  )
  return [...new Set(owners)].join(', ') || '-'
}

function roleOf(row: PortRow): string {
  const services = row.bound.map(({service, port}) => `svc ${service.object.name}:${port.port}`)
  const containers = row.declaredBy.map(name => `container ${name}`)
  const claims = [...(services.length > 0 ? services : containers)].join(', ')
  if (row.reserved !== undefined) return claims === '' ? row.reserved.purpose : `${row.reserved.purpose}; ${claims}`
  return claims === '' ? '-' : claims
}

function answer(row: PortRow): Cell {
  const [text, tone] = WORDS[row.verdict]
  return tone === undefined ? text : {text, tone}
}

/** The containers of the processes that listen, where a network namespace has several. */
function containerCell({sockets}: PortRow, containers: PortsReport['containers']): readonly Cell[] {
  if (containers.size === 0) return []
  const own = sockets.map(({pid}) => (pid === undefined ? undefined : containers.get(pid)))
  return [[...new Set(own.filter(name => name !== undefined))].join(', ') || '-']
}

function cells(row: PortRow, wide: boolean, containers: PortsReport['containers']): readonly Cell[] {
  const addresses = row.sockets.map(socket => socketAddress(socket).replace(/:\d+$/, ''))
  const base = [
    `${row.port}/${row.protocol}`,
    [...new Set(addresses)].join(', ') || '-',
    ownerOf(row),
    ...containerCell(row, containers),
    answer(row),
  ]
  if (!wide) return [...base, roleOf(row)]
  const serves = [...new Set(row.sockets.map(socket => socket.serves))].join(', ')
  const count = row.sockets.reduce((sum, socket) => sum + socket.count, 0)
  const bound = row.bound.map(
    ({service, port}) => `${service.object.name}:${port.port}${port.name === undefined ? '' : ` (${port.name})`}`,
  )
  return [
    ...base,
    String(count),
    serves || '-',
    row.declaredBy.join(', ') || '-',
    bound.join(', ') || '-',
    row.reserved?.purpose ?? '-',
  ]
}

const HEADER = ['PORT', 'ADDRESS', 'OWNER', 'REACHABLE', 'ROLE']
const WIDE = ['PORT', 'ADDRESS', 'OWNER', 'REACHABLE', 'SOCKETS', 'FAMILIES', 'DECLARED BY', 'SERVICES', 'RESERVED FOR']

/** The headline without a list of sockets: what is open is not known, whatever Envoy listens on. */
function unlistedHeadline(report: PortsReport, where: string, declared: number): string {
  const envoy = report.rows.filter(row => row.sockets.length > 0).length
  const own = envoy === 0 ? '' : ` Envoy itself listens on ${humanCount(envoy, 'port')}.`
  const claims =
    declared === 0
      ? ''
      : `; whether ${humanCount(declared, 'declared port is', 'declared ports are')} reachable is not known`
  return `${where}; the open ports could not be listed${claims}.${own}`
}

/** The answer in one line: how many of the declared ports are reachable. */
function headline(report: PortsReport): string {
  const declared = report.rows.filter(
    row => (row.declaredBy.length > 0 || row.bound.length > 0) && row.verdict !== 'mesh',
  )
  const open = declared.filter(row => row.verdict === 'unknown')
  const good = declared.filter(row => row.verdict === 'reachable' || row.verdict === 'plain')
  const where = `${podLabel(report.subject)} ${report.mode === 'unknown' ? 'mesh membership unknown' : MODE_WORDS[report.mode]}`
  const past = report.mode === 'sidecar' ? 'reachable through the mesh' : 'reachable'
  if (report.unlisted) return unlistedHeadline(report, where, declared.length)
  if (declared.length === 0) {
    const count = humanCount(report.rows.length, 'port is', 'ports are')
    if (!report.podKnown) return `${where}; ${count} open; what the pod and Services declare is unknown.`
    return `${where}; ${count} open, none declared by the pod or a Service.`
  }
  const unknown = open.length === 0 ? '' : ` ${open.length} could not be decided.`
  return `${where}; ${good.length} of ${declared.length} declared ports are ${past}.${unknown}`
}

function problemLines(report: PortsReport): readonly Line[] {
  return report.problems.map(({port, protocol, severity, what, remedy}) =>
    prose(`${port}/${protocol}: ${what}. ${remedy}`, undefined, '  ', {
      text: `${severity.toUpperCase()} `,
      tone: TONES[severity],
    }),
  )
}

function doc(report: PortsReport, form: 'short' | 'table' | 'wide'): Doc {
  const excluded = report.excluded.length === 0 ? '' : ` Excluded from capture: ${report.excluded.join(', ')}.`
  const head = prose(`${headline(report)}${excluded}`, undefined, '  ')
  if (form === 'short') return [{block: 'text', lines: [headline(report)]}]
  const wide = form === 'wide'
  return [
    {block: 'text', lines: [head, ...problemLines(report), '']},
    {
      block: 'table',
      style: 'columns',
      padding: 2,
      header: (wide ? WIDE : HEADER).flatMap(name =>
        name === 'OWNER' && report.containers.size > 0 ? [name, 'CONTAINER'] : [name],
      ),
      rows: report.rows.map(row => cells(row, wide, report.containers)),
    },
  ]
}

function data(report: PortsReport): unknown {
  return {
    apiVersion: 'meshctl/v1',
    kind: 'PortsReport',
    pod: report.subject.implied === true ? null : {namespace: report.subject.namespace, name: report.subject.name},
    mode: report.mode,
    seenBy: report.seenBy ?? null,
    excluded: report.excluded,
    problems: report.problems,
    ports: report.rows.map(({port, protocol, verdict, sockets, declaredBy, bound, reserved}) => ({
      port,
      protocol,
      verdict,
      sockets: sockets.map(({line: _, ...socket}) => ({
        ...socket,
        container: socket.pid === undefined ? undefined : report.containers.get(socket.pid),
      })),
      declaredBy,
      services: bound.map(({service, port: its}) => ({
        name: service.object.name,
        port: its.port,
        portName: its.name ?? null,
      })),
      reservedFor: reserved?.purpose ?? null,
    })),
    notChecked: report.gaps,
  }
}

/** Ports as a table under the answer and the problems. */
export const portsView: View<PortsReport> = {namedBy: 'PORT', doc, data}
