import {podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Block, Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {CredentialStatus, GatewayCredential} from './credentials.js'
import type {CertStatus, CertsReport, ProxyCertificates, RootGroup} from './report.js'
import type {TrustMismatch} from './trust.js'

/** How many pods of a group are named. */
const NAMED = 5

type AnyStatus = CertStatus | CredentialStatus

/** The states of a certificate, the worst first, each as a tone: what fails now, what is about to, what is in order. */
export const CERT_TONES: Readonly<Record<AnyStatus, Tone>> = {
  EXPIRED: 'bad',
  'NOT YET VALID': 'bad',
  'OTHER IDENTITY': 'bad',
  'OTHER ROOT': 'bad',
  'CLOCK SKEW': 'bad',
  'NOT RECEIVED': 'bad',
  NONE: 'bad',
  'NOT ROTATING': 'warn',
  'EXPIRES SOON': 'warn',
  UNKNOWN: 'warn',
  OK: 'good',
}
const ORDER = Object.keys(CERT_TONES) as readonly AnyStatus[]

function statusCell(status: AnyStatus): Cell {
  return {text: status, tone: CERT_TONES[status]}
}

function proxyCells({pod, status, identity, validTo, serial, roots, because}: ProxyCertificates, wide: boolean) {
  return [
    podLabel(pod),
    statusCell(status),
    validTo ?? '-',
    identity ?? '-',
    ...(wide ? [serial ?? '-', roots.join(', ') || '-'] : []),
    because || '-',
  ]
}

/** How many of the things have each status, the worst first. */
function statusCounts(all: readonly {readonly status: AnyStatus}[]): string {
  const counts = ORDER.map(status => [all.filter(each => each.status === status).length, status] as const)
  return counts.flatMap(([count, status]) => (count === 0 ? [] : [`${count} ${status}`])).join(', ') || 'none'
}

/** What is missing, so that few certificates do not look like few proxies; the reasons are printed beside the answer. */
function unread({proxies, gaps}: CertsReport): readonly Cell[] {
  if (gaps.length === 0) return []
  const text = proxies.length === 0 ? 'no certificate could be read' : `${gaps.length} not checked`
  return [{text: `; ${text}`, tone: 'warn'}]
}

function headline(report: CertsReport): readonly Cell[] {
  const {asOf, proxies, roots, credentials, intermediates, mismatches} = report
  const bad = [...proxies, ...roots, ...intermediates, ...credentials].filter(({status}) => status !== 'OK')
  const failing = bad.some(({status}) => CERT_TONES[status] === 'bad')
  return [
    `Certificates of ${humanCount(proxies.length, 'proxy', 'proxies')}: `,
    {
      text: statusCounts(proxies),
      tone: bad.length === 0 ? (proxies.length === 0 ? 'warn' : 'good') : failing ? 'bad' : 'warn',
    },
    `; ${humanCount(roots.length, 'root')}: ${statusCounts(roots)}`,
    ...(credentials.length === 0
      ? []
      : [`; ${humanCount(credentials.length, 'Secret')} of gateways: ${statusCounts(credentials)}`]),
    ...mismatches.map(({pods, otherPods, refused}) => ({
      text: `; ${humanCount(pods.length, 'proxy', 'proxies')} and ${otherPods} others ${refused === undefined ? 'trust no common root' : 'do not trust each other'}: mTLS between them fails`,
      tone: 'bad' as const,
    })),
    ...unread(report),
    {text: ` (as of ${asOf})`, tone: 'dim'},
  ]
}

function worstFirst<T extends {readonly status: AnyStatus}>(all: readonly T[]): readonly T[] {
  return [...all].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
}

/** Whether istiod publishes a root, as a word; what was not read is neither yes nor no. */
export function publishedWord({published}: RootGroup): string {
  return published === 'unknown' ? 'unknown' : published ? 'yes' : 'no'
}

function rootCells(root: RootGroup): readonly Cell[] {
  const {serial, validTo, pods, status} = root
  return [serial, statusCell(status), validTo, String(pods), publishedWord(root)]
}

function seconds(time: string | undefined): number {
  return Math.floor(Date.parse(time ?? '') / 1000)
}

function label(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}

/** Ends of certificates in seconds since 1970, in the text format of Prometheus. */
function prom({proxies, roots, credentials}: CertsReport): string {
  const leaves = proxies.flatMap(({pod, validTo, status}) =>
    validTo === undefined
      ? []
      : [
          `meshctl_certificate_expiry_seconds{namespace="${label(pod.namespace)}",pod="${label(pod.name)}",status="${label(status)}"} ${seconds(validTo)}`,
        ],
  )
  const cas = roots.map(
    ({serial, validTo, published}) =>
      `meshctl_root_certificate_expiry_seconds{serial="${label(serial)}",published="${published}"} ${seconds(validTo)}`,
  )
  const secrets = credentials.flatMap(({pod, secret, validTo, status}) =>
    validTo === undefined
      ? []
      : [
          `meshctl_gateway_certificate_expiry_seconds{namespace="${label(pod.namespace)}",pod="${label(pod.name)}",secret="${label(secret)}",status="${label(status)}"} ${seconds(validTo)}`,
        ],
  )
  return [
    '# HELP meshctl_certificate_expiry_seconds End of the certificate a proxy shows, in seconds since 1970.',
    '# TYPE meshctl_certificate_expiry_seconds gauge',
    ...leaves,
    '# HELP meshctl_root_certificate_expiry_seconds End of a root certificate proxies trust, in seconds since 1970.',
    '# TYPE meshctl_root_certificate_expiry_seconds gauge',
    ...cas,
    '# HELP meshctl_gateway_certificate_expiry_seconds End of the certificate in a Secret a gateway shows, in seconds since 1970.',
    '# TYPE meshctl_gateway_certificate_expiry_seconds gauge',
    ...secrets,
    '',
  ].join('\n')
}

function mismatchLine({roots, pods, otherRoots, refused}: TrustMismatch): readonly Cell[] {
  const named = pods.slice(0, NAMED).join(', ')
  const more = pods.length > NAMED ? `, and ${pods.length - NAMED} more` : ''
  if (refused?.shownBy === 'pods')
    return [
      `show certificates of root ${refused.root}, the others trust only ${otherRoots.join(', ')}: ${named}${more}`,
    ]
  if (refused !== undefined)
    return [`trust only ${roots.join(', ')}, the others show certificates of root ${refused.root}: ${named}${more}`]
  return [`trust only ${roots.join(', ')}, the others only ${otherRoots.join(', ')}: ${named}${more}`]
}

/** A table that is left out when it has no rows. */
function tableOf(header: readonly string[], rows: readonly (readonly Cell[])[]): readonly Block[] {
  return rows.length === 0
    ? []
    : [
        {block: 'table', style: 'columns', header, rows},
        {block: 'text', lines: ['']},
      ]
}

function credentialCells({pod, secret, gateways, status, validTo}: GatewayCredential): readonly Cell[] {
  return [secret, statusCell(status), validTo ?? '-', podLabel(pod), gateways.join(', ') || '-']
}

/** Roots first, then the certificate of each proxy. */
export const certsView: View<CertsReport> = {
  namedBy: 'POD',
  doc: (report, form): readonly Block[] => [
    {block: 'text', lines: [headline(report), '']},
    {
      block: 'table',
      style: 'columns',
      header: ['ROOT', 'STATUS', 'VALID UNTIL', 'PROXIES', 'PUBLISHED'],
      rows: worstFirst(report.roots).map(rootCells),
    },
    {block: 'text', lines: ['', ...report.mismatches.map(mismatchLine)]},
    ...tableOf(
      ['INTERMEDIATE CA', 'STATUS', 'VALID UNTIL', 'PROXIES'],
      worstFirst(report.intermediates).map(each => [
        each.serial,
        statusCell(each.status),
        each.validTo,
        String(each.pods),
      ]),
    ),
    ...tableOf(
      ['GATEWAY SECRET', 'STATUS', 'VALID UNTIL', 'POD', 'GATEWAYS'],
      worstFirst(report.credentials).map(credentialCells),
    ),
    {
      block: 'table',
      style: 'columns',
      header: ['POD', 'STATUS', 'VALID UNTIL', 'IDENTITY', ...(form === 'wide' ? ['SERIAL', 'ROOTS'] : []), 'WHY'],
      spare: ['IDENTITY'],
      rows: worstFirst(report.proxies).map(each => proxyCells(each, form === 'wide')),
    },
  ],
  data: ({asOf, proxies, roots, intermediates, mismatches, credentials}) => ({
    asOf,
    roots,
    intermediates,
    mismatches,
    credentials,
    proxies,
  }),
  texts: {prom},
}
