import {podLabel} from '../../../model/kube/kube-object.js'
import {type Html, html, idOf} from '../../../terminal/html/markup.js'
import type {CertsReport, ProxyCertificates, RootGroup} from '../../certs/report.js'
import {CERT_TONES, publishedWord} from '../../certs/view.js'
import type {OverviewReport} from '../report.js'
import {answeredSection, badge, evidenceRow, filterBar, opener, table} from './section.js'

const WIDTH = 420
const HEIGHT = 18

interface Scale {
  readonly begin: number
  readonly end: number
  readonly now: number
}

/** From the earliest beginning to the latest end of a leaf, the moment of the judgement included. */
function scaleOf({proxies, asOf}: CertsReport): Scale {
  const now = Date.parse(asOf)
  const times = proxies.flatMap(({validFrom, validTo}) => [Date.parse(validFrom ?? ''), Date.parse(validTo ?? '')])
  const known = [...times.filter(time => !Number.isNaN(time)), now]
  const begin = known.reduce((least, time) => Math.min(least, time))
  const end = known.reduce((most, time) => Math.max(most, time))
  return {begin, end: end === begin ? begin + 1 : end, now}
}

function x({begin, end}: Scale, time: number): number {
  return Math.round(((time - begin) / (end - begin)) * WIDTH * 10) / 10
}

function bar(scale: Scale, {validFrom, validTo, status}: ProxyCertificates): Html {
  const from = Date.parse(validFrom ?? '')
  const to = Date.parse(validTo ?? '')
  if (Number.isNaN(from) || Number.isNaN(to)) return html`no certificate`
  const left = x(scale, from)
  const now = x(scale, scale.now)
  return html`<svg class="bar" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="valid from ${validFrom} to ${validTo}"><rect class="bar-${CERT_TONES[status]}" x="${left}" y="4" width="${Math.max(1, Math.round((x(scale, to) - left) * 10) / 10)}" height="10" rx="3"/><line class="now" x1="${now}" x2="${now}" y1="0" y2="${HEIGHT}"/></svg>`
}

function fields(each: ProxyCertificates): Html {
  const {identity, serial, validFrom, validTo, intermediates, roots, because} = each
  const rows = [
    ['Identity', identity ?? 'none'],
    ['Serial number', serial ?? '-'],
    ['Valid', `${validFrom ?? '-'} to ${validTo ?? '-'}`],
    ['Intermediates', intermediates.map(one => `${one.serial} until ${one.validTo}`).join(', ') || 'none'],
    ['Trusted roots', roots.join(', ') || 'none'],
    ...(because === '' ? [] : [['Why', because]]),
  ]
  return html`<dl>${rows.map(([name = '', value = '']) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl>`
}

function proxyRow(scale: Scale, each: ProxyCertificates): Html {
  const label = podLabel(each.pod)
  const id = idOf('certificate', label)
  return html`<tr data-kind="${each.status === 'OK' ? 'good' : 'bad'}" data-home="${each.pod.namespace}"><th scope="row">${opener(id, label)}</th><td>${badge(each.status, CERT_TONES[each.status])}</td><td>${bar(scale, each)}</td><td><time>${each.validTo ?? '-'}</time></td></tr>${evidenceRow(id, 4, fields(each))}`
}

function rootRow(root: RootGroup): Html {
  const {serial, validTo, pods, status} = root
  return html`<tr><th scope="row"><code>${serial}</code></th><td>${badge(status, CERT_TONES[status])}</td><td>${validTo}</td><td>${pods}</td><td>${publishedWord(root)}</td></tr>`
}

function ending({validTo, status}: ProxyCertificates): string {
  return `${status === 'OK' ? 1 : 0} ${validTo ?? ''}`
}

function timeline(report: CertsReport): Html {
  const scale = scaleOf(report)
  const sorted = [...report.proxies].sort((a, b) => (ending(a) < ending(b) ? -1 : 1))
  const filter = filterBar(
    'certificates-list',
    'certificates',
    [
      {value: 'bad', text: 'with a problem', checked: true},
      {value: 'good', text: 'valid', checked: true},
    ],
    [...new Set(report.proxies.map(({pod}) => pod.namespace))].sort(),
  )
  const header = ['Proxy', 'Status', 'Validity; the line is the moment of this report', 'Ends']
  const leaves = table(
    'Certificates of proxies',
    header,
    sorted.map(each => proxyRow(scale, each)),
    'certificates-list',
  )
  const roots = table(
    'Roots',
    ['Root', 'Status', 'Valid until', 'Proxies that trust it', 'Published by istiod'],
    report.roots.map(rootRow),
  )
  return html`${filter}${leaves}<h3>Roots</h3>${roots}`
}

/** The certificates of the proxies on one time axis, and the roots they trust. */
export function certificatesSection({certs}: OverviewReport): Html {
  return answeredSection(
    'certificates',
    'Certificates',
    certs,
    ({asOf}) => `As of ${asOf}; those that end first are on top.`,
    timeline,
  )
}
