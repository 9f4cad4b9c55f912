import {type KernelNote, kernelNote} from '../../analysis/netfilter/rule-words/chain-notes.js'
import {MESH_TERMS, termNamed} from '../../model/mesh-terms.js'
import {AMBIENT_PORTS, GATEWAY_PORTS, ISTIOD_PORTS, SIDECAR_PORTS} from '../../model/reserved-ports.js'
import {RESPONSE_FLAGS} from '../../model/response-flags.js'
import {UserError} from '../../model/user-error.js'
import type {Rule} from '../../rules/rule.js'
import {findRules} from '../../rules/select-rules.js'
import type {Report} from '../report.js'

export interface PortUse {
  readonly where: string
  readonly owner: string
  readonly purpose: string
  readonly protocols: readonly string[]
}

export interface ExplainReport extends Report {
  readonly word: string
  readonly rules: readonly Rule[]
  readonly port?: {readonly port: number; readonly uses: readonly PortUse[]}
  readonly kernel?: KernelNote
  readonly flags: readonly {readonly flag: string; readonly meaning: string; readonly next: string}[]
  readonly term?: {readonly term: string; readonly meaning: string; readonly next: string}
}

const TABLES = [
  ['a pod with a sidecar', SIDECAR_PORTS],
  ['an ambient pod', AMBIENT_PORTS],
  ['a gateway', GATEWAY_PORTS],
  ['istiod', ISTIOD_PORTS],
] as const

function usesOf(port: number): readonly PortUse[] {
  return TABLES.flatMap(([where, table]) =>
    table.filter(each => each.port === port).map(({owner, purpose, protocols}) => ({where, owner, purpose, protocols})),
  )
}

/** Access logs join several flags with commas. */
function flagsOf(word: string): ExplainReport['flags'] {
  return word.split(',').flatMap(each => {
    const flag = each.trim().toUpperCase()
    const known = Object.hasOwn(RESPONSE_FLAGS, flag) ? RESPONSE_FLAGS[flag] : undefined
    return known === undefined ? [] : [{flag, meaning: known[0], next: known[1]}]
  })
}

function termOf(word: string): ExplainReport['term'] {
  const term = termNamed(word)
  const known = term === undefined ? undefined : MESH_TERMS[term]
  return term === undefined || known === undefined ? undefined : {term, meaning: known[0], next: known[1]}
}

const LAST_PORT = 65535

/** What a word means: the code or name of a rule (an Istio analyzer code too), a port of the mesh, response flags of Envoy, a chain or kind of kernel rule, a word of the mesh. */
export function explainReport(rules: readonly Rule[], word: string): ExplainReport {
  const flags = flagsOf(word)
  const term = termOf(word)
  const number = /^\d+$/.test(word) ? Number(word) : undefined
  if (number !== undefined && (number < 1 || number > LAST_PORT)) {
    throw new UserError(`${word} is not a port`, {hint: `Ports go from 1 to ${LAST_PORT}.`})
  }
  const port = number === undefined ? undefined : {port: number, uses: usesOf(number)}
  const found = findRules(rules, word)
  const kernel = kernelNote(word)
  if ([...found, ...flags].length === 0 && port === undefined && kernel === undefined && term === undefined) {
    throw new UserError(`nothing is known under the name ${JSON.stringify(word)}`, {
      hint: 'Names are: the code or name of a rule (MCT1001, IST0144, proxy-uid), a port number, a response flag such as UF, a chain or kind of kernel rule (ISTIO_OUTPUT, self-call), or a word of the mesh (mTLS, drift, NACK).',
      next: 'meshctl rules   # lists the rules',
    })
  }
  return {
    origin: {kind: 'memory', label: 'meshctl'},
    gaps: [],
    notes: [],
    word,
    rules: found,
    ...(port === undefined ? {} : {port}),
    ...(kernel === undefined ? {} : {kernel}),
    flags,
    ...(term === undefined ? {} : {term}),
  }
}
