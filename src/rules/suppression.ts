import {globFits} from '../analysis/authorization/values.js'
import {UserError} from '../model/evidence/user-error.js'
import type {ConfigObject} from '../model/istio-config/config-object.js'
import type {ObjectRef} from '../model/kube/pod.js'
import type {Labels} from '../model/kube/selector.js'
import {commaList} from '../model/text/comma-list.js'
import {IGNORE, ignoredIn} from './ignored.js'
import type {RuleInfo} from './rule-info.js'
import {matchesRuleName} from './select-rules.js'

/** A suppression of the command line: a rule, and the objects it is suppressed for. */
export interface Suppression {
  readonly code: string
  readonly pattern: string
}

/** The annotation of istioctl that suppresses messages about an object: codes with commas between them, or `*`. */
const ISTIO_IGNORE = 'galley.istio.io/analyze-suppress'

/** Reads `CODE=PATTERN`, as `istioctl analyze -S` takes it; anything else is an error that shows the form. */
export function readSuppression(text: string): Suppression {
  const [code = '', pattern, ...rest] = text.split('=')
  if (code === '' || pattern === undefined || pattern === '' || rest.length > 0) {
    throw new UserError(`invalid suppression ${JSON.stringify(text)}`, {
      hint: 'Use CODE=PATTERN, such as IST0102=Namespace legacy or "IST0101=VirtualService shop/*".',
    })
  }
  return {code: code.trim(), pattern: pattern.trim()}
}

/** The names an object is suppressed by: `Kind namespace/name`, `Kind name.namespace` and, without a namespace, `Kind name`. */
function namesOf({kind, namespace, name}: ObjectRef, unplaced: boolean): readonly string[] {
  const short = `${kind} ${name}`
  if (namespace === '') return [short]
  return [`${kind} ${namespace}/${name}`, `${kind} ${name}.${namespace}`, ...(unplaced ? [short] : [])]
}

/** Why a suppression of the command line accepts a finding of the rule about any of the objects; undefined when none does. */
export function suppressedByFlag(
  rule: Pick<RuleInfo, 'code' | 'slug' | 'aliases'>,
  objects: readonly ObjectRef[],
  given: readonly Suppression[],
  unplaced = false,
): string | undefined {
  const names = objects.flatMap(object => namesOf(object, unplaced))
  const flag = given.find(
    ({code, pattern}) => matchesRuleName(rule, code) && names.some(name => globFits(pattern, name)),
  )
  return flag === undefined ? undefined : `-S ${flag.code}=${flag.pattern}`
}

/** Why the annotations of an object accept findings of the rule: Istio's list of codes, or ours with a reason; undefined when they do not. */
export function acceptedByAnnotations(
  rule: Pick<RuleInfo, 'code' | 'slug' | 'aliases'>,
  annotations: Labels,
): string | undefined {
  const words = commaList(annotations[ISTIO_IGNORE])
  if (words.some(word => word === '*' || matchesRuleName(rule, word))) return `annotation ${ISTIO_IGNORE}`
  const own = ignoredIn(annotations)
  if (own === undefined || !own.rules.some(word => matchesRuleName(rule, word))) return undefined
  return `annotation ${IGNORE}${own.reason === undefined ? '' : `: ${own.reason}`}`
}

/** Why a finding of the rule about the object is accepted; undefined when it is not. */
export function suppressedBy(
  rule: RuleInfo,
  {ref, annotations, unplaced}: Pick<ConfigObject, 'ref' | 'annotations' | 'unplaced'>,
  given: readonly Suppression[],
): string | undefined {
  return suppressedByFlag(rule, [ref], given, unplaced) ?? acceptedByAnnotations(rule, annotations)
}
