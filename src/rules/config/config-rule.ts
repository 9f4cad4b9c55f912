import type {PatchStep, Proof, Severity} from '../../model/finding.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {RuleInfo} from '../rule-info.js'
import type {ConfigSet} from './config-set.js'

/** One problem a rule found in an object of the configuration; omitted fields come from the rule. */
export interface ConfigFound {
  /** The object to change. */
  readonly object: ConfigObject
  readonly message: string
  /** Where in that object. */
  readonly path?: string
  readonly severity?: Severity
  readonly fix?: string
  readonly patch?: readonly PatchStep[]
  /** What it rests on besides the object. */
  readonly proof?: readonly Proof[]
  /** Set when it could not be decided whether the object has the problem; the message says why. `unsupported` is a limit of ours and no failure. */
  readonly undecided?: 'failed' | 'unsupported'
  /** The name that was looked up, for what is not evaluated. */
  readonly about?: string
}

/** A kind as rules name it, or several of which any is enough. */
export type NeededKinds = string | readonly string[]

/** One check of the configuration of a mesh. */
export interface ConfigRule extends RuleInfo {
  /** The kinds it checks: without an object of any of them it does not apply. */
  readonly kinds: readonly string[]
  /** The kinds it compares with: when all objects of one are absent from an excerpt, the rule is not evaluated. */
  readonly needs?: readonly NeededKinds[]
  /** True for a rule whose findings are then still reported, as information. */
  readonly suspects?: true
  /** True for a rule that runs only when it is asked for by name. */
  readonly optIn?: true
  check(set: ConfigSet): readonly ConfigFound[]
}

/** The needed kinds as text: `Service or ServiceEntry`. */
export function neededText(kinds: NeededKinds): string {
  return typeof kinds === 'string' ? kinds : kinds.join(' or ')
}

/** The page of Istio's documentation about a code of its analyzers. */
export function analysisPage(code: string): string {
  return `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`
}
