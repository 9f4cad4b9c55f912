import {Environment, parse} from '@marcbachmann/cel-js'
import {UserError} from '../model/user-error.js'

/** What a condition may speak of, by type; a field that is not here is a mistake in the condition. */
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
    .registerVariable('pod', 'Pod')
    .registerVariable('ns', 'Namespace')
    .registerVariable('services', 'list<Service>')
}

/** The first line of an error of CEL: the rest draws the place. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

/** Reads the condition of a rule; one that cannot be read, speaks of what there is not, or gives neither true nor false is an error that names the rule. */
export function readCondition(code: string, when: string): (context: Record<string, unknown>) => unknown {
  const wrong = (what: string) => new UserError(`the condition of ${code} ${what}`, {hint: `It is: ${when}`})
  try {
    const {valid, type, error} = environment().check(when)
    if (!valid) throw wrong(`cannot be read: ${firstLine(error)}`)
    if (type !== 'bool' && type !== 'dyn') throw wrong(`gives ${type}, not true or false`)
    return parse(when)
  } catch (error) {
    throw error instanceof UserError ? error : wrong(`cannot be read: ${firstLine(error)}`)
  }
}
