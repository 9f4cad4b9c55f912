import {UserError} from '../../model/evidence/user-error.js'
import {SEVERITIES, type Severity} from '../../model/finding.js'
import {field, isObject, listOf, textOf, textsOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** A team's settings for check; flags take precedence. */
export interface CheckConfig {
  readonly failOn?: Severity
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly baseline?: string
  /** Rules by code, slug or Istio code, with the severity this team gives them. */
  readonly severities: Readonly<Record<string, Severity>>
  /** By rule and parameter, unvalidated; the rules define the allowed values. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The settings file, for later errors. */
  readonly file: string
  /** Rules of the organisation, in the Common Expression Language. */
  readonly rules: readonly OwnRule[]
}

/** A custom rule of a team: a finding wherever `when` is true. */
export interface OwnRule {
  readonly code: string
  readonly severity: Severity
  readonly title: string
  /** The kinds of objects of the mesh configuration it is about; none for a rule about pods. */
  readonly kinds: readonly string[]
  readonly when: string
  readonly message: string
  readonly why: string
  readonly fix: string
  readonly references: readonly string[]
}

const KEYS = ['failOn', 'only', 'skip', 'baseline', 'severities', 'parameters', 'rules']
const RULE_KEYS = ['code', 'severity', 'title', 'kinds', 'when', 'message', 'why', 'fix', 'references']

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

function ownRule(value: unknown, where: string): OwnRule {
  const strange = isObject(value) ? Object.keys(value).find(key => !RULE_KEYS.includes(key)) : undefined
  if (strange !== undefined) {
    throw new UserError(`${where}: unknown key ${JSON.stringify(strange)}`, {
      hint: `Valid keys: ${RULE_KEYS.join(', ')}.`,
    })
  }
  const code = textOf(value, 'code') ?? ''
  if (!/^[A-Z]{3}\d{4}$/.test(code) || code.startsWith('MCT') || code.startsWith('IST')) {
    throw new UserError(
      `${where}: code ${JSON.stringify(code)} must be three letters of your own and four digits, such as ORG0001`,
    )
  }
  const title = textOf(value, 'title')
  const when = textOf(value, 'when')
  if (title === undefined || when === undefined) throw new UserError(`${where} (${code}) needs a title and a when`)
  return {
    code,
    severity: severity(field(value, 'severity') ?? 'warning', `${where}: severity`),
    title,
    kinds: textsOf(value, 'kinds'),
    when,
    message: textOf(value, 'message') ?? `${title}.`,
    why: textOf(value, 'why') ?? 'A rule of this organisation.',
    fix: textOf(value, 'fix') ?? 'Ask the owners of the rule.',
    references: textsOf(value, 'references'),
  }
}

/** Values by rule and parameter; a rule whose values are not a map is an error. */
function parametersOf(value: unknown, where: string): CheckConfig['parameters'] {
  if (value === undefined) return {}
  if (!isObject(value)) throw new UserError(`${where} must be a map of rules`)
  return Object.fromEntries(
    Object.entries(value).map(([rule, given]) => {
      if (!isObject(given)) throw new UserError(`${where}.${rule} must be a map of parameters`)
      return [rule, given]
    }),
  )
}

/** The file .meshctl.yaml; an unknown key is an error, since it is usually a typo. */
export function parseCheckConfig(text: string, label: string): CheckConfig {
  const value = text.trim() === '' ? {} : parseYamlText(text)
  if (!isObject(value)) throw new UserError(`${label} is not a YAML map`)
  const strange = Object.keys(value).find(key => !KEYS.includes(key))
  if (strange !== undefined)
    throw new UserError(`${label}: unknown key ${JSON.stringify(strange)}`, {hint: `Valid keys: ${KEYS.join(', ')}.`})
  const {failOn, only, skip, baseline, severities, parameters, rules} = value
  if (rules !== undefined && !Array.isArray(rules)) throw new UserError(`${label}: rules must be a list`)
  if (baseline !== undefined && typeof baseline !== 'string') throw new UserError(`${label}: baseline must be a path`)
  if (severities !== undefined && !isObject(severities)) throw new UserError(`${label}: severities must be a map`)
  const entries = Object.entries(isObject(severities) ? severities : {})
  return {
    failOn: failOn === undefined ? undefined : severity(failOn, `${label}: failOn`),
    only: only === undefined ? undefined : words(only, `${label}: only`),
    skip: skip === undefined ? undefined : words(skip, `${label}: skip`),
    baseline,
    severities: Object.fromEntries(
      entries.map(([code, given]) => [code, severity(given, `${label}: severities.${code}`)]),
    ),
    parameters: parametersOf(parameters, `${label}: parameters`),
    file: label,
    rules: listOf(value, 'rules').map((each, index) => ownRule(each, `${label}: rules[${index}]`)),
  }
}
