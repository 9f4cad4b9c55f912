import {SEVERITIES, type Severity} from '../../model/finding.js'
import {UserError} from '../../model/user-error.js'
import {isObject} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** What a team settles once for its checks; flags win over it. */
export interface CheckConfig {
  readonly failOn?: Severity
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly baseline?: string
  /** Rules by code, slug or Istio code, with the severity this team gives them. */
  readonly severities: Readonly<Record<string, Severity>>
}

const KEYS = ['failOn', 'only', 'skip', 'baseline', 'severities']

function severity(value: unknown, where: string): Severity {
  const found = SEVERITIES.find(each => each === value)
  if (found === undefined)
    throw new UserError(`${where} must be one of ${SEVERITIES.join(', ')}, not ${JSON.stringify(value)}`)
  return found
}

function words(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value) || value.some(each => typeof each !== 'string'))
    throw new UserError(`${where} must be a list of rules`)
  return value.map(String)
}

/** The file .meshctl.yaml; a key nobody knows is an error, as it is a typing error most of the time. */
export function parseCheckConfig(text: string, label: string): CheckConfig {
  const value = text.trim() === '' ? {} : parseYamlText(text)
  if (!isObject(value)) throw new UserError(`${label} is not a YAML map`)
  const strange = Object.keys(value).find(key => !KEYS.includes(key))
  if (strange !== undefined)
    throw new UserError(`${label}: unknown key ${JSON.stringify(strange)}`, {hint: `Known are ${KEYS.join(', ')}.`})
  const {failOn, only, skip, baseline, severities} = value
  if (baseline !== undefined && typeof baseline !== 'string') throw new UserError(`${label}: baseline must be a path`)
  if (severities !== undefined && !isObject(severities)) throw new UserError(`${label}: severities must be a map`)
  const entries = Object.entries(isObject(severities) ? severities : {})
  return {
    ...(failOn === undefined ? {} : {failOn: severity(failOn, `${label}: failOn`)}),
    ...(only === undefined ? {} : {only: words(only, `${label}: only`)}),
    ...(skip === undefined ? {} : {skip: words(skip, `${label}: skip`)}),
    ...(baseline === undefined ? {} : {baseline}),
    severities: Object.fromEntries(
      entries.map(([code, given]) => [code, severity(given, `${label}: severities.${code}`)]),
    ),
  }
}
