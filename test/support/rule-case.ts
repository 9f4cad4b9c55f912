import {type Answer, answered, missing} from '../../src/model/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../src/model/evidence.js'
import {kindOf} from '../../src/model/kinds.js'
import type {KubeObject, PodRef} from '../../src/model/kube-object.js'
import {checkReport} from '../../src/reports/check/report.js'
import type {Rule} from '../../src/rules/rule.js'
import {withParameters} from '../../src/rules/team-parameters.js'
import type {Source} from '../../src/sources/source.js'

/** One change to an object: `put` at a JSON pointer (null removes), in `Kind/name`, or in the subject when none is named. */
export interface Change {
  readonly in?: string
  readonly at: string
  readonly put: unknown
}

/** A case of a rule: a pod of the sample mesh (or an object written here), changed as said, and what the rule must answer. */
export interface RuleCase {
  readonly name: string
  /** The workload of the sample whose pod is asked about. */
  readonly sample?: string
  /** The object asked about when it is none of the sample's. */
  readonly object?: KubeObject
  readonly change?: readonly Change[]
  /** Makes the sidecar an ordinary container, as before native sidecars. */
  readonly classic?: boolean
  readonly add?: readonly KubeObject[]
  readonly evidence?: Readonly<Record<string, string>>
  readonly without?: readonly string[]
  /** What the team set for the rule. */
  readonly set?: Readonly<Record<string, unknown>>
  /** Nothing but the pod itself can be read. */
  readonly blind?: boolean
  readonly expect:
    | 'silent'
    | 'not-checked'
    | 'not-applicable'
    | readonly {
        readonly severity: string
        readonly says: string | readonly string[]
        readonly path?: string
        readonly object?: string
        /** Texts that stand in the evidence, the remedy or the patch. */
        readonly shows?: readonly string[]
      }[]
}

function put(target: unknown, pointer: string, value: unknown): void {
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

function madeClassic(pod: KubeObject): void {
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
  if (changes.length === 0 && !(mine && given.classic === true)) return object
  const copy = structuredClone(object)
  for (const each of changes) put(copy, each.at, each.put)
  if (mine && given.classic === true) madeClassic(copy)
  return copy
}

/** The sample with the changes of a case. */
export async function changedSource(sample: Source, given: RuleCase): Promise<Source> {
  const hidden = (name: string) => given.blind === true || given.without?.includes(name) === true
  return {
    ...sample,
    origin: {...sample.origin, ...(given.object === undefined ? {} : {label: 'case'})},
    async objects(query): Promise<Answer<readonly KubeObject[]>> {
      const kind = kindOf(query.kind)?.kind ?? query.kind
      const subject = given.object?.kind === kind ? [given.object] : []
      if (hidden(kind)) return missing(`${kind} objects`, 'not-captured', 'left out of this case')
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
      if (hidden(id)) return missing(evidenceRow(id).title, 'not-captured', 'left out of this case')
      const text = given.evidence?.[id]
      if (text === undefined) return await sample.evidence(id, pod)
      return answered({id, bytes: Buffer.from(text), provenance: {capturedAt: '2026-11-20T19:00:00Z'}})
    },
  }
}

/** What the rule of a case must find, and what it did find, as texts to compare. */
export interface CaseOutcome {
  readonly wanted: string
  readonly found: string
  /** Parts of messages that are missing. */
  readonly unsaid: readonly string[]
}

/** Asks one rule about the subject of a case and compares: the kind of outcome, severities, paths, objects and words. */
export async function caseOutcome(sample: Source, rule: Rule, given: RuleCase): Promise<CaseOutcome> {
  const source = await changedSource(sample, given)
  const subject = await subjectOf(await changedSource(sample, {...given, blind: false, without: []}), given)
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
      unsaid: [],
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
    unsaid: wanted.flatMap(({says, shows = []}, index) => {
      const {message = '', proof, patch, fix} = findings[index] ?? {}
      const more = JSON.stringify([proof, patch, fix])
      return [...[says].flat().filter(text => !message.includes(text)), ...shows.filter(text => !more.includes(text))]
    }),
  }
}

/** The object a case asks about, changed. */
export async function subjectOf(source: Source, given: RuleCase): Promise<KubeObject> {
  if (given.object !== undefined) return given.object
  const pods = await source.objects({kind: 'Pod'})
  const found = pods.ok ? pods.value.find(object => isSubject(object, given)) : undefined
  if (found !== undefined) return found
  throw new Error(`the sample has no pod of ${given.sample}`)
}
