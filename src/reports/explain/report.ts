import {type KernelNote, kernelNote} from '../../analysis/netfilter/rule-words/chain-notes.js'
import {AMBIENT_PORTS, GATEWAY_PORTS, ISTIOD_PORTS, SIDECAR_PORTS} from '../../model/reserved-ports.js'
import {RESPONSE_FLAGS} from '../../model/response-flags.js'
import {UserError} from '../../model/user-error.js'
import {findRules} from '../../rules/pick.js'
import type {Rule} from '../../rules/rule.js'
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
  readonly flag?: {readonly flag: string; readonly meaning: string; readonly next: string}
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

/** What a word means: the code or name of a rule (an Istio analyzer code too), a port of the mesh, a response flag of Envoy, a chain or kind of kernel rule. */
export function explainReport(rules: readonly Rule[], word: string): ExplainReport {
  const flag = RESPONSE_FLAGS[word.toUpperCase()]
  const port = /^\d{1,5}$/.test(word) ? {port: Number(word), uses: usesOf(Number(word))} : undefined
  const found = findRules(rules, word)
  const kernel = kernelNote(word)
  if (found.length === 0 && flag === undefined && port === undefined && kernel === undefined) {
    throw new UserError(`nothing is known under the name ${JSON.stringify(word)}`, {
      hint: 'Names are: the code or name of a rule (MCT1001, IST0144, proxy-uid), a port number, a response flag such as UF, or a chain or kind of kernel rule (ISTIO_OUTPUT, self-call).',
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
    ...(flag === undefined ? {} : {flag: {flag: word.toUpperCase(), meaning: flag[0], next: flag[1]}}),
  }
}
