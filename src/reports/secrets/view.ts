import {daysLeft, type EnvoySecret, isValidAt} from '../../model/envoy/envoy-secret.js'
import type {Block, Cell} from '../../terminal/doc.js'
import {type EvaluationTime, stamp} from '../evaluation-time.js'
import type {View} from '../view.js'
import type {SecretReport} from './report.js'

const HEADER = ['RESOURCE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE']
const WIDE = ['DAYS LEFT', 'SUBJECT', 'SPIFFE ID', 'ISSUER', 'CERTS', 'ELSEWHERE', 'LAST UPDATED']
const SOON_DAYS = 7

function shortCells(secret: EnvoySecret, at: Date): readonly string[] {
  const {certificate} = secret
  if (certificate === undefined) return ['', secret.state, 'false', '', '', '']
  const type = certificate.isCa ? 'CA' : 'Cert Chain'
  const valid = String(isValidAt(secret, at))
  return [type, secret.state, valid, certificate.serial, stamp(certificate.notAfter), stamp(certificate.notBefore)]
}

/** Whole days, with one decimal if there are few; a CA that expires soon is marked (workload certificates are renewed every day). */
function daysCell(secret: EnvoySecret, at: Date): Cell {
  const days = daysLeft(secret, at)
  if (days === undefined) return '-'
  const text = Math.abs(days) < 10 ? days.toFixed(1) : String(Math.floor(days))
  if (days < 0) return {text, tone: 'bad'}
  return days < SOON_DAYS && secret.certificate?.isCa === true ? {text, tone: 'warn'} : text
}

function wideCells(secret: EnvoySecret, at: Date): readonly Cell[] {
  const {certificate, certificates, elsewhere, lastUpdated} = secret
  const texts = [certificate?.subject ?? '', certificate?.spiffeIds.join(',') ?? '', certificate?.issuer ?? '']
  const more = [...texts, String(certificates), elsewhere, lastUpdated].map(text => (text === '' ? '-' : text))
  return [daysCell(secret, at), ...more]
}

function wideShort(secret: EnvoySecret, at: Date): readonly string[] {
  const [type = '', state = '', ...rest] = shortCells(secret, at)
  return [type, secret.uninitialized ? 'UNINITIALIZED' : state, ...rest]
}

/** istioctl's secret table; wide adds static secrets, expiry in days, names and issuers; with `named`, names start with `secret/`. */
export function secretBlocks(
  secrets: readonly EnvoySecret[],
  {at}: EvaluationTime,
  wide: boolean,
  named: boolean,
): readonly Block[] {
  const shown = wide ? secrets : secrets.filter(({state}) => state !== 'STATIC')
  if (shown.length === 0) return [{block: 'text', lines: ['No active or warming secrets found.']}]
  const domains = shown.every(({trustDomain}) => trustDomain !== '')
  const label = ({name}: EnvoySecret) => (named ? `secret/${name}` : name)
  const rows = shown.map(secret => [
    label(secret),
    ...(wide ? wideShort(secret, at) : shortCells(secret, at)),
    ...(domains || wide ? [secret.trustDomain] : []),
    ...(wide ? wideCells(secret, at) : []),
  ])
  const header = [...HEADER, ...(domains || wide ? ['TRUST DOMAIN'] : []), ...(wide ? WIDE : [])]
  return [{block: 'table', style: 'columns', padding: 5, header, rows}]
}

/** istioctl's secret table and document. */
export const secretsView: View<SecretReport> = {
  namedBy: 'RESOURCE NAME',
  doc: (report, form) => secretBlocks(report.secrets, report.evaluatedAt, form === 'wide', false),
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
