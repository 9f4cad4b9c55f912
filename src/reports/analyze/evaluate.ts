import {definedFields} from '../../model/collections/defined-fields.js'
import {type Gap, isFailure} from '../../model/evidence/answer.js'
import type {Finding} from '../../model/finding.js'
import {type ConfigObject, fullName} from '../../model/istio-config/config-object.js'
import {type ConfigFound, type ConfigRule, type NeededKinds, neededText} from '../../rules/config/config-rule.js'
import type {ConfigSet} from '../../rules/config/config-set.js'
import {INCONCLUSIVE} from '../../rules/rule.js'
import type {ConfigInput} from './read.js'

/** A problem of an object, with the rule that found it. */
export interface ConfigFinding {
  readonly rule: ConfigRule
  readonly found: ConfigFound
}

/** What came of all rules. */
export interface ConfigOutcome {
  readonly findings: readonly ConfigFinding[]
  readonly notChecked: readonly {readonly rule: ConfigRule; readonly gap: Gap}[]
  readonly passed: readonly ConfigRule[]
}

/** Namespaces of Kubernetes itself, which Istio's analyzers leave out. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'])

function isOfSystem({ref}: ConfigObject): boolean {
  return SYSTEM.has(ref.namespace) || (ref.kind === 'Namespace' && SYSTEM.has(ref.name))
}

function kindsOf(needed: NeededKinds): readonly string[] {
  return typeof needed === 'string' ? [needed] : needed
}

/** Why a rule has nothing to compare with; `excerpt` when the input is not the whole mesh. */
function lacking(
  {needs = []}: ConfigRule,
  present: ReadonlySet<string>,
  inputs: readonly ConfigInput[],
): {readonly gap: Gap; readonly excerpt: boolean} | undefined {
  for (const needed of needs) {
    const kinds = kindsOf(needed)
    const gaps = inputs.flatMap(({unreadable}) => kinds.flatMap(kind => unreadable.get(kind) ?? []))
    // Objects of another kind, or of another cluster, do not make up for those that were refused.
    const failed = gaps.find(isFailure)
    if (failed !== undefined) return {gap: failed, excerpt: false}
    if (kinds.some(kind => present.has(kind))) continue
    const [gap] = gaps
    if (gap !== undefined) return {gap, excerpt: false}
    if (inputs.some(({complete}) => complete)) continue
    const what = neededText(kinds.length > 3 ? 'Pod or workload' : kinds)
    return {gap: {what, reason: 'not-captured', detail: `the input holds no ${what}`}, excerpt: true}
  }
  return undefined
}

/** Names that are listed in what is not evaluated. */
const NAMED = 3

/** The gap with the names that were not looked up. */
function withNames(gap: Gap, found: readonly ConfigFound[]): Gap {
  const names = [...new Set(found.flatMap(({about}) => about ?? []))]
  if (names.length === 0) return gap
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  return {...gap, detail: `${gap.detail}, so unknown: ${names.slice(0, NAMED).join(', ')}${more}`}
}

/** A finding of an excerpt that lacks what it was compared with. */
function suspected(found: ConfigFound, {detail}: Gap): ConfigFound {
  const message = `${found.message.replace(/\.$/, '')}; ${detail}, so it may exist elsewhere.`
  return {...found, severity: 'info', message}
}

/** The objects a rule could not decide about, with the reason of the first. */
function undecidedGap(all: readonly ConfigFound[]): Gap | undefined {
  const open = all.filter(({undecided}) => undecided !== undefined)
  const [first] = open
  if (first === undefined) return undefined
  const {kind} = first.object.ref
  const more = open.length > 1 ? ` and ${open.length - 1} more` : ''
  return {
    what: INCONCLUSIVE,
    reason: open.some(({undecided}) => undecided === 'failed') ? 'failed' : 'unsupported',
    detail: `${kind} ${fullName(first.object)}${more}: ${first.message}`,
  }
}

/** Why the objects a rule checks may be missing from what was read: their kinds could not be read, or the excerpt holds none. */
function unseenKinds({kinds}: ConfigRule, inputs: readonly ConfigInput[], strict: boolean): Gap | undefined {
  const gap = inputs.flatMap(({unreadable}) => kinds.flatMap(kind => unreadable.get(kind) ?? []))[0]
  if (gap !== undefined && isFailure(gap)) return gap
  if (!strict || inputs.some(({complete}) => complete)) return undefined
  const what = neededText(kinds.length > 3 ? 'object of the kinds it checks' : kinds)
  return {what, reason: 'not-captured', detail: `the input holds no ${what}`}
}

/** What a rule finds in the objects of one cluster; those of others are seen by their own control planes. */
function foundOf(rule: ConfigRule, set: ConfigSet, assumed: readonly ConfigObject[]): readonly ConfigFound[] {
  return rule.check(set).filter(({object}) => {
    const own = set.cluster === undefined || object.cluster === undefined || object.cluster === set.cluster
    return own && !isOfSystem(object) && !assumed.includes(object)
  })
}

/** Runs every rule over the configuration, as each cluster has it; a rule that compares with a kind the excerpt lacks is not evaluated. */
export function evaluateConfig(
  sets: readonly ConfigSet[],
  rules: readonly ConfigRule[],
  inputs: readonly ConfigInput[],
  assumed: readonly ConfigObject[] = [],
  /** True when a rule without an object to check is not evaluated instead of silent. */
  strict = false,
): ConfigOutcome {
  const findings: ConfigFinding[] = []
  const notChecked: {rule: ConfigRule; gap: Gap}[] = []
  const passed: ConfigRule[] = []
  const present = new Set([
    ...inputs.flatMap(({objects}) => objects.map(({kind}) => kind)),
    ...['MeshNetworks', 'MeshConfig'].filter(kind => sets.some(set => set.of(kind).length > 0)),
  ])
  for (const rule of rules) {
    const absent = !rule.kinds.some(kind => present.has(kind))
    const unseen = unseenKinds(rule, inputs, strict && absent)
    if (unseen !== undefined) notChecked.push({rule, gap: unseen})
    if (absent) continue
    const missing = lacking(rule, present, inputs)
    if (missing?.excerpt === false) {
      notChecked.push({rule, gap: missing.gap})
      continue
    }
    const all = sets.flatMap(set => foundOf(rule, set, assumed))
    const found = all.filter(({undecided}) => undecided === undefined)
    const open = undecidedGap(all)
    if (open !== undefined) notChecked.push({rule, gap: open})
    if (missing === undefined) {
      if (all.length === 0 && unseen === undefined) passed.push(rule)
      for (const each of found) findings.push({rule, found: each})
      continue
    }
    notChecked.push({rule, gap: withNames(missing.gap, found)})
    if (rule.suspects !== true) continue
    for (const each of found) findings.push({rule, found: suspected(each, missing.gap)})
  }
  return {findings, notChecked, passed}
}

/** A finding in the form all reports share. */
export function findingOf({rule, found}: ConfigFinding): Finding {
  const {ref} = found.object
  return {
    code: rule.code,
    rule: rule.slug,
    severity: found.severity ?? rule.severity,
    title: rule.title,
    object: ref,
    workload: ref,
    pods: [],
    ...definedFields({path: found.path}),
    message: found.message,
    why: rule.why,
    fix: found.fix ?? rule.fix,
    proof: found.proof ?? [],
    provenance: [],
    ...definedFields({patch: found.patch}),
  }
}
