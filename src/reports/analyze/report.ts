import {answeredFrom, noted} from '../../evidence/provenance.js'
import {textOf} from '../../formats/decode.js'
import {readConfigObject} from '../../formats/istio-config/config-object.js'
import {holdsMeshConfig, readMeshConfig, readMeshNetworks} from '../../formats/istio-config/mesh-config.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {type Gap, isFailure} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {atLeast, type Finding, type NotChecked, SEVERITIES, type Severity} from '../../model/finding.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {MeshConfig, MeshNetworks} from '../../model/istio-config/mesh-config.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import {humanCount} from '../../model/text/human-count.js'
import {byText} from '../../model/text/order.js'
import type {ConfigRule} from '../../rules/config/config-rule.js'
import {configSet, type Upgrade} from '../../rules/config/config-set.js'
import {type Suppression, suppressedBy} from '../../rules/suppression.js'
import type {Source} from '../../sources/source.js'
import type {CheckedWorkload} from '../check/evaluate/aggregator.js'
import {applyPolicy, type FindingPolicy, incompleteEntries} from '../check/policy.js'
import {type CheckReport, countsOf} from '../check/report.js'
import {availableHint} from '../report.js'
import {assumedGateway} from './assumed.js'
import {clusterViews} from './cluster-views.js'
import {type ConfigFinding, evaluateConfig, findingOf} from './evaluate.js'
import {type AnalyzedSource, type ConfigInput, isOfOtherRevision, readConfiguration} from './read.js'
import {schemaNotes} from './schema-notes.js'

/** A file with settings of the mesh. */
export interface SettingsFile {
  readonly file: string
  readonly text: string
}

export interface AnalyzeOptions {
  readonly rules: readonly ConfigRule[]
  /** True when the rules were named one by one: what cannot be evaluated then leaves the question open. */
  readonly chosen: boolean
  readonly failOn: Severity
  /** Findings below it are not shown. */
  readonly showFrom: Severity
  readonly istioNamespace: string
  /** Objects without a namespace belong to it; they keep none in their names unless it was asked for. */
  readonly namespace: string
  /** Objects of other revisions are left out; none when undefined. */
  readonly revision?: string
  /** Only findings of this namespace are reported; all when undefined. */
  readonly onlyNamespace?: string
  readonly suppressions: readonly Suppression[]
  /** The team's severities and accepted findings. */
  readonly policy?: FindingPolicy
  readonly meshConfig?: SettingsFile
  readonly meshNetworks?: SettingsFile
  /** True when documents that cannot be read do not matter. */
  readonly ignoreUnknown: boolean
  readonly now: Date
  readonly version: string
  /** Set when the question is what an upgrade changes: a rule without an object to check is then not evaluated. */
  readonly upgrade?: Upgrade
}

export interface AnalyzeReport extends CheckReport {
  /** How many objects were analysed. */
  readonly analysed: number
  /** Findings in namespaces that were not asked for. */
  readonly elsewhere: number
  /** The clusters analysed together, if any. */
  readonly clusters: readonly string[]
  /** The findings in the order they are listed in, with the cluster of each. */
  readonly listed: readonly {readonly finding: Finding; readonly cluster?: string}[]
}

/** The whole configuration as findings name it. */
const WHOLE: ObjectRef = {kind: 'Mesh', namespace: '', name: 'configuration'}

function settingsObject(kind: string, name: string, namespace: string): ConfigObject {
  return readConfigObject({apiVersion: 'meshctl/v1', kind, metadata: {name, namespace}}, namespace)
}

/** The ConfigMap `istio` of the control plane, or that of its only revision. */
function istioConfigMap(objects: readonly ConfigObject[], istioNamespace: string): ConfigObject | undefined {
  const maps = objects.filter(
    ({ref}) => ref.kind === 'ConfigMap' && ref.namespace === istioNamespace && /^istio(-|$)/.test(ref.name),
  )
  const withMesh = maps.filter(({raw}) => textOf(raw, 'data', 'mesh') !== undefined)
  return withMesh.find(({ref}) => ref.name === 'istio') ?? withMesh[0]
}

function meshConfigOf(map: ConfigObject | undefined, {meshConfig, istioNamespace}: AnalyzeOptions): MeshConfig {
  const from = meshConfig?.file ?? (map === undefined ? undefined : `ConfigMap ${istioNamespace}/${map.ref.name}`)
  const text = meshConfig?.text ?? (map === undefined ? '' : (textOf(map.raw, 'data', 'mesh') ?? ''))
  const mesh = readMeshConfig(text, istioNamespace, from)
  // A file of something else would silently stand for the defaults.
  if (mesh === undefined || (meshConfig !== undefined && !holdsMeshConfig(text)))
    throw new UserError(`${from ?? 'the mesh configuration'} holds no mesh configuration`, {
      hint: 'Its fields are those of MeshConfig (istio.io), as under data.mesh of the ConfigMap istio.',
    })
  return mesh
}

function networksOf(map: ConfigObject | undefined, {meshNetworks}: AnalyzeOptions): MeshNetworks | undefined {
  const text = meshNetworks?.text ?? (map === undefined ? undefined : textOf(map.raw, 'data', 'meshNetworks'))
  if (text === undefined) return undefined
  const networks = readMeshNetworks(text, meshNetworks?.file ?? 'ConfigMap istio')
  if (networks === undefined && meshNetworks !== undefined)
    throw new UserError(`${meshNetworks.file} holds no networks of a mesh`, {
      hint: 'Its field is networks (istio.io, MeshNetworks).',
    })
  return networks
}

/** The objects of all inputs; one of the same kind, namespace and name replaces that of an earlier input, as applying it would. */
function withReplacements(inputs: readonly ConfigInput[]): readonly ConfigObject[] {
  const held = new Map<string, ConfigObject>()
  for (const object of inputs.flatMap(each => each.objects)) {
    const {kind, namespace, name} = object.ref
    held.set(JSON.stringify([object.cluster, object.kind, kind, namespace, name]), object)
  }
  return [...held.values()]
}

/** Each finding once: the same words about the same object at several places are one. */
function unrepeated(all: readonly ConfigFinding[]): readonly ConfigFinding[] {
  const byObject = new Map<ConfigObject, Set<string>>()
  return all.filter(({rule, found: {object, message}}) => {
    const seen = byObject.get(object) ?? new Set<string>()
    byObject.set(object, seen)
    const text = `${rule.code} ${message}`
    return !seen.has(text) && seen.add(text) !== undefined
  })
}

/** Istioctl's order: worst first, then by code, object and text. */
function ordered(all: readonly ConfigFinding[]): readonly ConfigFinding[] {
  const rank = ({rule, found}: ConfigFinding) => SEVERITIES.indexOf(found.severity ?? rule.severity)
  const codeOf = ({rule}: ConfigFinding) => rule.aliases[0] ?? rule.code
  const nameOf = ({found: {object}}: ConfigFinding) => `${object.ref.kind}/${object.ref.name}/${object.ref.namespace}`
  return [...all].sort(
    (a, b) =>
      byText(a.found.object.cluster ?? '', b.found.object.cluster ?? '') ||
      rank(a) - rank(b) ||
      byText(codeOf(a), codeOf(b)) ||
      byText(nameOf(a), nameOf(b)) ||
      byText(a.found.path ?? '', b.found.path ?? '') ||
      byText(a.found.message, b.found.message),
  )
}

/** The findings with the team's severities, which also decide their order. */
function withSeverities(all: readonly ConfigFinding[], policy: FindingPolicy | undefined): readonly ConfigFinding[] {
  if (policy === undefined || policy.severities.size === 0) return all
  return all.map(({rule, found}) => ({
    rule,
    found: {...found, ...definedFields({severity: policy.severities.get(rule.code) ?? found.severity})},
  }))
}

function isIn({ref}: ConfigObject, namespace: string | undefined): boolean {
  if (namespace === undefined || ref.namespace === namespace) return true
  return ref.namespace === '' && (ref.kind !== 'Namespace' || ref.name === namespace)
}

/** The findings of each object as reports about workloads hold them, and what concerns the mesh as a whole. */
function checkedObjects(
  findings: readonly Finding[],
  passed: number,
  notChecked: readonly NotChecked[],
): readonly CheckedWorkload[] {
  const groups = groupedBy(findings, ({object: {kind, namespace, name}}) => JSON.stringify([kind, namespace, name]))
  const objects = [...groups.values()].flatMap((own): CheckedWorkload[] => {
    const [first] = own
    return first === undefined
      ? []
      : [{workload: first.object, pods: [], findings: own, notChecked: [], passed: 0, configuration: true}]
  })
  return [...objects, {workload: WHOLE, pods: [], findings: [], notChecked, passed, configuration: true}]
}

/** The lists that could not be read: nothing of their kinds was looked at. Secrets are never read of a cluster, which their rules say. */
function unread(inputs: readonly ConfigInput[]): readonly Gap[] {
  return inputs.flatMap(({unreadable}) => [...unreadable].flatMap(([kind, gap]) => (kind === 'Secret' ? [] : [gap])))
}

function capturedOr(sources: readonly AnalyzedSource[], now: Date): Date {
  const captured = new Date(sources[0]?.source.origin.capturedAt ?? '')
  return Number.isNaN(captured.getTime()) ? now : captured
}

function nothingToAnalyse(sources: readonly Source[]): UserError {
  const labels = sources.map(({origin}) => origin.label).join(', ')
  const offers = sources.flatMap(source => source.offers?.() ?? [])
  return new UserError(`${labels} contains no Kubernetes objects; analyze needs configuration of the mesh`, {
    ...definedFields({hint: offers.length === 0 ? undefined : availableHint(offers)}),
    next: 'meshctl read FILE   # what it is, and which command reads it',
  })
}

/** Evaluates rules about the configuration over one source, or over those of several clusters together. */
export async function analyzeReport(given: readonly AnalyzedSource[], options: AnalyzeOptions): Promise<AnalyzeReport> {
  const [first] = given
  if (first === undefined) throw new UserError('nothing to analyse')
  const sources = given.map(each => ({...each, source: noted(each.source)}))
  const inputs: ConfigInput[] = []
  for (const each of sources) inputs.push(await readConfiguration(each, options.namespace, options.istioNamespace))
  const objects = withReplacements(inputs).filter(each => !isOfOtherRevision(each, options.revision))
  const homes = new Map(inputs.flatMap(input => input.objects.map(object => [object, input] as const)))
  const map = istioConfigMap(objects, options.istioNamespace)
  const networks = networksOf(map, options)
  const at = capturedOr(sources, options.now)
  const own = [
    ...(networks === undefined || networks.registries.length === 0
      ? []
      : [settingsObject('MeshNetworks', 'meshnetworks', options.istioNamespace)]),
    ...(options.meshConfig === undefined ? [] : [settingsObject('MeshConfig', 'istio', options.istioNamespace)]),
  ]
  const excerpt = inputs.every(({complete}) => !complete)
  const assumed = excerpt ? assumedGateway(objects, options.istioNamespace) : []
  const settings = {
    istioNamespace: options.istioNamespace,
    mesh: meshConfigOf(map, options),
    ...definedFields({networks, upgrade: options.upgrade}),
    at,
  }
  const sets = clusterViews(objects).map(({cluster, objects: seen, otherServices}) =>
    configSet([...seen, ...own, ...assumed], {...settings, ...definedFields({cluster}), otherServices}),
  )
  const outcome = evaluateConfig(sets, options.rules, inputs, assumed, options.upgrade !== undefined)
  const all = ordered(withSeverities(unrepeated(outcome.findings), options.policy))
  const asked = all.filter(({found}) => isIn(found.object, options.onlyNamespace))
  const named: {readonly finding: Finding; readonly cluster?: string}[] = []
  for (const each of asked) {
    const {object, path} = each.found
    const accepted = suppressedBy(each.rule, object, options.suppressions)
    const place = await homes.get(object)?.place(object, path)
    const ref = object.unplaced && options.onlyNamespace === undefined ? {...object.ref, namespace: ''} : object.ref
    const own: Finding = {...findingOf(each), object: ref, workload: ref, ...definedFields({place, accepted})}
    const finding = options.policy === undefined ? own : applyPolicy(own, options.policy)
    named.push({finding, ...definedFields({cluster: object.cluster})})
  }
  const open = named.filter(({finding}) => finding.accepted === undefined)
  const listed = named.filter(({finding}) => atLeast(finding.severity, options.showFrom))
  const notChecked = outcome.notChecked.map(({rule, gap}) => ({
    code: rule.code,
    rule: rule.slug,
    workload: WHOLE,
    pods: [],
    gap,
  }))
  const workloads = checkedObjects(
    listed.map(({finding}) => finding),
    outcome.passed.length,
    notChecked,
  )
  const damaged: Gap[] = []
  for (const {source} of sources) damaged.push(...((await source.manifests?.damaged()) ?? []))
  if (excerpt && objects.length === 0 && damaged.length === 0) throw nothingToAnalyse(sources.map(({source}) => source))
  const report: AnalyzeReport = {
    ...answeredFrom(sources[0]?.source ?? noted(first.source)),
    at,
    gaps: [...unread(inputs), ...(options.ignoreUnknown ? [] : damaged)],
    damaged: options.ignoreUnknown ? [] : damaged,
    skipped: [],
    unused: [],
    visited: true,
    notes: [...incompleteEntries(options.policy?.accepted ?? []), ...schemaNotes(sets)],
    workloads,
    failOn: options.failOn,
    rules: options.rules,
    version: options.version,
    failing: open.some(({finding}) => atLeast(finding.severity, options.failOn)),
    undecided: notChecked.some(({gap}) => options.chosen || isFailure(gap)),
    counts: countsOf(workloads),
    analysed: objects.length,
    elsewhere: all.length - asked.length,
    subject: humanCount(objects.length, 'object'),
    clusters: sources.flatMap(({cluster}) => cluster ?? []),
    listed,
  }
  return report
}
