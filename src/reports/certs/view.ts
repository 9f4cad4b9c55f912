import {podLabel} from '../../model/kube-object.js'
import type {Block, Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {CertsReport, ProxyCertificates, RootGroup} from './report.js'

function proxyCells({pod, status, identity, validTo, serial, roots, because}: ProxyCertificates): readonly Cell[] {
  return [
    podLabel(pod),
    {text: status, tone: status === 'OK' ? 'good' : 'bad'},
    identity ?? '-',
    validTo ?? '-',
    serial ?? '-',
    roots.join(', ') || '-',
    because || '-',
  ]
}

function rootCells({serial, validTo, pods, published, status}: RootGroup): readonly Cell[] {
  return [
    serial,
    {text: status, tone: status === 'OK' ? 'good' : 'bad'},
    validTo,
    String(pods),
    published === 'unknown' ? 'unknown' : published ? 'yes' : 'no',
  ]
}

function seconds(time: string | undefined): number {
  return Math.floor(Date.parse(time ?? '') / 1000)
}

function label(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}

/** Ends of certificates in seconds since 1970, in the text format of Prometheus. */
function prom({proxies, roots}: CertsReport): string {
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
  return [
    '# HELP meshctl_certificate_expiry_seconds End of the certificate a proxy shows, in seconds since 1970.',
    '# TYPE meshctl_certificate_expiry_seconds gauge',
    ...leaves,
    '# HELP meshctl_root_certificate_expiry_seconds End of a root certificate proxies trust, in seconds since 1970.',
    '# TYPE meshctl_root_certificate_expiry_seconds gauge',
    ...cas,
    '',
  ].join('\n')
}

/** Roots first, then the certificate of each proxy. */
export const certsView: View<CertsReport> = {
  namedBy: 'POD',
  doc: ({asOf, proxies, roots}): readonly Block[] => [
    {block: 'text', lines: [`as of ${asOf}`]},
    {
      block: 'table',
      style: 'columns',
      header: ['ROOT', 'STATUS', 'VALID UNTIL', 'PROXIES', 'PUBLISHED'],
      rows: roots.map(rootCells),
    },
    {block: 'text', lines: ['']},
    {
      block: 'table',
      style: 'columns',
      header: ['POD', 'STATUS', 'IDENTITY', 'VALID UNTIL', 'SERIAL', 'ROOTS', 'WHY'],
      rows: proxies.map(proxyCells),
    },
  ],
  data: ({asOf, proxies, roots}) => ({asOf, roots, proxies}),
  texts: {prom},
}
