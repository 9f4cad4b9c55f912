import type {Gap} from '../../model/answer.js'
import {definedFields} from '../../model/defined-fields.js'
import type {Finding} from '../../model/finding.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {type ConfigFound, type ConfigRule, type NeededKinds, neededText} from '../../rules/config/config-rule.js'
import type {ConfigSet} from '../../rules/config/config-set.js'
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
    if (kinds.some(kind => present.has(kind))) continue
    const gap = inputs.flatMap(({unreadable}) => kinds.flatMap(kind => unreadable.get(kind) ?? []))[0]
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

/** Runs every rule over the configuration; a rule that compares with a kind the excerpt lacks is not evaluated. */
export function evaluateConfig(
  set: ConfigSet,
  rules: readonly ConfigRule[],
  inputs: readonly ConfigInput[],
  assumed: readonly ConfigObject[] = [],
): ConfigOutcome {
  const findings: ConfigFinding[] = []
  const notChecked: {rule: ConfigRule; gap: Gap}[] = []
  const passed: ConfigRule[] = []
  const present = new Set([
    ...inputs.flatMap(({objects}) => objects.map(({kind}) => kind)),
    ...(set.of('MeshNetworks').length === 0 ? [] : ['MeshNetworks']),
  ])
  for (const rule of rules) {
    if (!rule.kinds.some(kind => present.has(kind))) continue
    const missing = lacking(rule, present, inputs)
    if (missing?.excerpt === false) {
      notChecked.push({rule, gap: missing.gap})
      continue
    }
    const found = rule.check(set).filter(({object}) => !isOfSystem(object) && !assumed.includes(object))
    if (missing === undefined) {
      if (found.length === 0) passed.push(rule)
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
    proof: [],
    provenance: [],
    ...definedFields({patch: found.patch}),
  }
}
