import {type Answer, answered, missing as missingAnswer} from '../../src/model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../src/model/evidence/evidence.js'
import {kindOf} from '../../src/model/kube/kinds.js'
import type {KubeObject, PodRef} from '../../src/model/kube/kube-object.js'
import {checkReport} from '../../src/reports/check/report.js'
import type {MeshRule} from '../../src/rules/rule.js'
import {withParameters} from '../../src/rules/team-parameters.js'
import type {Source} from '../../src/sources/source.js'

/** One change to an object: `value` at the JSON pointer `path` (null removes), in the object `Kind/name`, by default the subject. */
export interface Change {
  readonly in?: string
  readonly path: string
  readonly value: unknown
}

/** A case of a rule: a pod of the sample mesh (or an object in the case), with changes, and the expected outcome. */
export interface RuleCase {
  readonly name: string
  /** The workload of the sample mesh whose pod is checked. */
  readonly sample?: string
  /** The checked object when it is not in the sample mesh. */
  readonly object?: KubeObject
  readonly change?: readonly Change[]
  /** Makes the sidecar an ordinary container, as before native sidecars. */
  readonly legacySidecar?: boolean
  readonly add?: readonly KubeObject[]
  readonly evidence?: Readonly<Record<string, string>>
  readonly without?: readonly string[]
  /** Parameters of the rule. */
  readonly set?: Readonly<Record<string, unknown>>
  /** Only the pod itself can be read. */
  readonly podOnly?: boolean
  readonly expect:
    | 'silent'
    | 'not-checked'
    | 'not-applicable'
    | readonly {
        readonly severity: string
        /** Substrings of the message. */
        readonly message: string | readonly string[]
        readonly path?: string
        readonly object?: string
        /** Substrings of the evidence, the fix or the patch. */
        readonly contains?: readonly string[]
      }[]
}

function setAt(target: unknown, pointer: string, value: unknown): void {
  const keys = pointer
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop() ?? ''
  let at = target as Record<string, unknown>
  for (const key of keys) {
    const next = at[key] ?? {}
    at[key] = next
    at = next as Record<string, unknown>
  }
  if (Array.isArray(at)) {
    const list = at as unknown[]
    if (value === null) list.splice(Number(last), 1)
    else list[last === '-' ? list.length : Number(last)] = value
  } else if (value === null) delete at[last]
  else at[last] = value
}

function makeLegacySidecar(pod: KubeObject): void {
  const spec = pod.spec as {initContainers: {name: string; restartPolicy?: string}[]; containers: unknown[]}
  const status = pod.status as {initContainerStatuses: {name: string}[]; containerStatuses: unknown[]}
  const proxy = spec.initContainers.find(({name}) => name === 'istio-proxy')
  const state = status.initContainerStatuses.find(({name}) => name === 'istio-proxy')
  delete proxy?.restartPolicy
  spec.initContainers = spec.initContainers.filter(({name}) => name !== 'istio-proxy')
  status.initContainerStatuses = status.initContainerStatuses.filter(({name}) => name !== 'istio-proxy')
  spec.containers.push(proxy)
  status.containerStatuses.push(state)
}

function isSubject(object: KubeObject, given: RuleCase): boolean {
  return given.sample !== undefined && object.kind === 'Pod' && object.metadata.name.startsWith(given.sample)
}

function changed(object: KubeObject, given: RuleCase): KubeObject {
  const mine = isSubject(object, given)
  const label = `${object.kind}/${object.metadata.name}`
  const changes = (given.change ?? []).filter(each => (each.in === undefined ? mine : each.in === label))
  if (changes.length === 0 && !(mine && given.legacySidecar === true)) return object
  const copy = structuredClone(object)
  for (const each of changes) setAt(copy, each.path, each.value)
  if (mine && given.legacySidecar === true) makeLegacySidecar(copy)
  return copy
}

/** The sample mesh with the changes of a case. */
export async function changedSource(sample: Source, given: RuleCase): Promise<Source> {
  const hidden = (name: string) => given.podOnly === true || given.without?.includes(name) === true
  return {
    ...sample,
    origin: {...sample.origin, ...(given.object === undefined ? {} : {label: 'case'})},
    async objects(query): Promise<Answer<readonly KubeObject[]>> {
      const kind = kindOf(query.kind)?.kind ?? query.kind
      const subject = given.object?.kind === kind ? [given.object] : []
      if (hidden(kind)) return missingAnswer(`${kind} objects`, 'not-captured', 'left out of this case')
      const held = await sample.objects(query)
      const added = [...(given.add ?? []), ...subject].filter(
        object =>
          object.kind === kind &&
          (query.namespace === undefined || (object.metadata.namespace ?? 'default') === query.namespace) &&
          (query.name === undefined || object.metadata.name === query.name),
      )
      const all = [...(held.ok ? held.value.map(object => changed(object, given)) : []), ...added]
      return held.ok || added.length > 0 ? answered(all) : held
    },
    async evidence(id: EvidenceId, pod: PodRef): Promise<Answer<Artifact>> {
      if (hidden(id)) return missingAnswer(evidenceRow(id).title, 'not-captured', 'left out of this case')
      const text = given.evidence?.[id]
      if (text === undefined) return await sample.evidence(id, pod)
      return answered({id, bytes: Buffer.from(text), provenance: {capturedAt: '2026-11-20T19:00:00Z'}})
    },
  }
}

/** The expected and the actual outcome of a case, as texts to compare. */
export interface CaseOutcome {
  readonly wanted: string
  readonly found: string
  /** Expected substrings that are missing. */
  readonly missing: readonly string[]
}

/** Evaluates one rule for the subject of a case and compares: the kind of outcome, severities, paths, objects and texts. */
export async function caseOutcome(sample: Source, rule: MeshRule, given: RuleCase): Promise<CaseOutcome> {
  const source = await changedSource(sample, given)
  const subject = await subjectOf(await changedSource(sample, {...given, podOnly: false, without: []}), given)
  const report = await checkReport(source, [subject], {
    rules: withParameters([rule], given.set === undefined ? {} : {[rule.code]: given.set}, 'case'),
    failOn: 'info',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date('2026-11-20T19:00:00Z'),
  })
  const {findings = [], notChecked = [], passed = 0} = report.workloads[0] ?? {}
  const nothing = notChecked.length > 0 ? 'not-checked' : passed > 0 ? 'silent' : 'not-applicable'
  if (typeof given.expect === 'string') {
    return {
      wanted: given.expect,
      found: findings.length > 0 ? findings.map(({message}) => message).join('; ') : nothing,
      missing: [],
    }
  }
  const wanted = given.expect
  const line = (severity: string, path: string | undefined, object: string | undefined) =>
    [severity, path ?? '*', object ?? '*'].join(' ')
  const found = findings.map((each, index) =>
    line(
      each.severity,
      wanted[index]?.path === undefined ? undefined : (each.path ?? '-'),
      wanted[index]?.object === undefined ? undefined : `${each.object.kind}/${each.object.name}`,
    ),
  )
  return {
    wanted: wanted.map(each => line(each.severity, each.path, each.object)).join('\n'),
    found: found.length === 0 ? nothing : found.join('\n'),
    missing: wanted.flatMap(({message: parts, contains = []}, index) => {
      const {message = '', proof, patch, fix} = findings[index] ?? {}
      const more = JSON.stringify([proof, patch, fix])
      return [
        ...[parts].flat().filter(text => !message.includes(text)),
        ...contains.filter(text => !more.includes(text)),
      ]
    }),
  }
}

/** The checked object of a case, with its changes. */
export async function subjectOf(source: Source, given: RuleCase): Promise<KubeObject> {
  if (given.object !== undefined) return given.object
  const pods = await source.objects({kind: 'Pod'})
  const found = pods.ok ? pods.value.find(object => isSubject(object, given)) : undefined
  if (found !== undefined) return found
  throw new Error(`the sample has no pod of ${given.sample}`)
}
