import {Environment} from '@marcbachmann/cel-js'
import {UserError} from '../model/evidence/user-error.js'
import {parseIp} from '../model/kernel/ip-address.js'
import {partialMatch} from '../model/text/linear-regex.js'
import {linearMatches, MATCHES, withinBudget} from './condition-budget.js'

/** The variables of a condition, by type; any other field is an error in the condition. */
const TYPES = {
  Port: {name: 'string', port: 'int', protocol: 'string'},
  Container: {name: 'string', image: 'string', role: 'string', injected: 'bool', ports: 'list<Port>'},
  Owner: {kind: 'string', name: 'string'},
  Pod: {
    name: 'string',
    namespace: 'string',
    kind: 'string',
    workload: 'Owner',
    mode: 'string',
    labels: 'map<string, string>',
    annotations: 'map<string, string>',
    hostNetwork: 'bool',
    serviceAccount: 'string',
    containers: 'list<Container>',
  },
  Namespace: {name: 'string', labels: 'map<string, string>'},
  ServicePort: {name: 'string', port: 'int', protocol: 'string', appProtocol: 'string'},
  Service: {name: 'string', type: 'string', headless: 'bool', ports: 'list<ServicePort>'},
} as const

function environment(): Environment {
  const made = new Environment({unlistedVariablesAreDyn: false})
  for (const [name, schema] of Object.entries(TYPES)) made.registerType(name, {schema})
  return made
    .registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) => partialMatch(pattern, text))
    .registerVariable('pod', 'Pod')
    .registerVariable('ns', 'Namespace')
    .registerVariable('services', 'list<Service>')
}

/** The first line of a CEL error: the rest shows the position. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

/**
 * Compiles the condition of a rule; a syntax error, an unknown field or a result that is not boolean is an error that names the rule. Evaluating
 * one that needs too many steps or too long is an error as well, and its regular expressions are run by RE2, in linear time.
 */
export function readCondition(
  code: string,
  when: string,
  variables: () => Environment = environment,
): (context: Record<string, unknown>) => unknown {
  const invalid = (problem: string) =>
    new UserError(`the condition of ${code} ${problem}`, {hint: `Condition: ${when}`})
  try {
    const parsed = variables().parse(when)
    linearMatches(parsed.ast)
    const {valid, type, error} = parsed.check()
    if (!valid) throw invalid(`is invalid: ${firstLine(error)}`)
    if (type !== 'bool' && type !== 'dyn') throw invalid(`returns ${type}, not a boolean`)
    return withinBudget(parsed.ast, parsed, `rule ${code} took too long`)
  } catch (error) {
    throw error instanceof UserError ? error : invalid(`is invalid: ${firstLine(error)}`)
  }
}

/** What a condition about an object of the configuration sees: the object as it was written. */
function objectEnvironment(): Environment {
  return new Environment({unlistedVariablesAreDyn: false})
    .registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) => partialMatch(pattern, text))
    .registerVariable('object', 'map<string, dyn>')
}

/** Compiles the condition of a rule about objects of the configuration, as `readCondition` does. */
export function readObjectCondition(code: string, when: string): (object: unknown) => unknown {
  const holds = readCondition(code, when, objectEnvironment)
  return object => holds({object: celValue(object)})
}

/** Whole numbers as CEL's integers; schemas compare them with integers. */
function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(celValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, celValue(each)]))
}

let schemaEnvironment: Environment | undefined

/** The functions of Kubernetes that schemas use besides those of CEL (kubernetes.io, Common Expression Language in Kubernetes). */
function ofKubernetes(): Environment {
  schemaEnvironment ??= new Environment({unlistedVariablesAreDyn: true})
    .registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) => partialMatch(pattern, text))
    .registerFunction(
      'isURL(string): bool',
      (text: string) => URL.canParse(text) || /^[a-z][a-z0-9+.-]*:\/\//i.test(text),
    )
    .registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined)
    .registerFunction('url(string): string', (text: string) => text)
    .registerFunction('string.getScheme(): string', (text: string) => /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1] ?? '')
  return schemaEnvironment
}

/**
 * Compiles a validation of a schema (x-kubernetes-validations): true when the value meets it, undefined when it cannot be evaluated for the value;
 * undefined instead of a function when it uses what the library cannot run.
 */
export function readSchemaValidation(expression: string): ((self: unknown) => boolean | undefined) | undefined {
  try {
    const parsed = ofKubernetes().parse(expression)
    linearMatches(parsed.ast)
    const {valid} = parsed.check()
    if (!valid) return undefined
    const evaluate = withinBudget(parsed.ast, parsed, 'the validation took too long')
    return self => {
      try {
        const result = evaluate({self: celValue(self)})
        return typeof result === 'boolean' ? result : undefined
      } catch {
        // The API server refuses a text that is not a duration with the same message.
        return expression.startsWith('duration(self)') ? false : undefined
      }
    }
  } catch {
    return undefined
  }
}

/** The names at the root of Envoy's attributes (envoyproxy.io, "Attributes"). */
const ATTRIBUTES = [
  'connection',
  'destination',
  'filter_state',
  'metadata',
  'request',
  'response',
  'source',
  'upstream',
  'upstream_filter_state',
  'xds',
]

/** What is wrong with a CEL expression about Envoy's attributes: it does not parse, or it names an attribute Envoy does not have. */
export interface AttributeProblem {
  readonly kind: 'syntax' | 'attribute'
  readonly text: string
}

/** What is wrong with an expression that Envoy evaluates, such as the filter of an access log; undefined when nothing is known to be. */
export function attributeProblem(expression: string): AttributeProblem | undefined {
  const known = new Environment({unlistedVariablesAreDyn: false})
  for (const name of ATTRIBUTES) known.registerVariable(name, 'dyn')
  try {
    const {valid, error} = known.parse(expression).check()
    const text = firstLine(error)
    if (valid) return undefined
    if (text.startsWith('has() ')) return {kind: 'syntax', text}
    return text.startsWith('Unknown variable: ')
      ? {kind: 'attribute', text: text.slice('Unknown variable: '.length)}
      : undefined
  } catch (error) {
    return {kind: 'syntax', text: firstLine(error)}
  }
}
