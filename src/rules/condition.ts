import {Environment} from '@marcbachmann/cel-js'
import {partialMatch} from '../model/linear-regex.js'
import {UserError} from '../model/user-error.js'
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
export function readCondition(code: string, when: string): (context: Record<string, unknown>) => unknown {
  const invalid = (problem: string) =>
    new UserError(`the condition of ${code} ${problem}`, {hint: `Condition: ${when}`})
  try {
    const parsed = environment().parse(when)
    linearMatches(parsed.ast)
    const {valid, type, error} = parsed.check()
    if (!valid) throw invalid(`is invalid: ${firstLine(error)}`)
    if (type !== 'bool' && type !== 'dyn') throw invalid(`returns ${type}, not a boolean`)
    return withinBudget(parsed.ast, parsed, `rule ${code} took too long`)
  } catch (error) {
    throw error instanceof UserError ? error : invalid(`is invalid: ${firstLine(error)}`)
  }
}
