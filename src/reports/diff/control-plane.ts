import {connectedProblems} from '../../evidence/control-plane/connection-problems.js'
import {askIstiods, type IstiodAnswer, istiodPods} from '../../evidence/control-plane/istiods.js'
import type {Gap} from '../../model/answer.js'
import {type PodRef, podLabel} from '../../model/kube-object.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import {required} from '../report.js'
import {pairDiff, readAnswer} from './pair.js'
import {type DiffReport, differs} from './report.js'

export interface ControlPlaneQuestion {
  readonly istioNamespace: string
  readonly revision?: string | undefined
  /** Where Envoy's dump comes from when not from the same source: a file given by hand. */
  readonly envoy?: Source | undefined
  /** Ask a live istiod even when its version is known to be hurt by the question. */
  readonly askAnyway?: boolean | undefined
}

/**
 * istiod 1.27.0 and 1.27.1: computing the debug dump of a gateway disturbs the later delivery of its certificates until istiod is restarted
 * (istio/istio#57789).
 */
const HURT_BY_DUMP = /^1\.27\.[01](\D|$)/

async function istiodsOf(source: Source, question: ControlPlaneQuestion): Promise<readonly IstiodAnswer[]> {
  const pods = await source.objects({kind: 'Pod', namespace: question.istioNamespace})
  if (!pods.ok) return []
  return await askIstiods(source, istiodPods(pods.value, question.istioNamespace, question.revision))
}

function guard(source: Source, istiods: readonly IstiodAnswer[], owner: IstiodAnswer | undefined, id: string): void {
  const version = (owner ?? istiods[0])?.version ?? ''
  const gateway = owner?.proxies.find(proxy => proxy.id === id)?.kind === 'router'
  if (!source.traits.live || !gateway || !HURT_BY_DUMP.test(version)) return
  throw new UserError(
    `istiod ${version} can stop delivering this gateway's certificates when asked for its configuration`,
    {
      hint: 'That istiod must be restarted afterwards. Compare with a snapshot instead, or say --ask-anyway.',
      next: `meshctl diff ${id} --from snapshot:latest`,
    },
  )
}

/** Compares what istiod holds for a proxy (first side) with what its Envoy runs (second side). */
export async function controlPlaneReport(
  source: Source,
  pod: PodRef,
  question: ControlPlaneQuestion,
): Promise<DiffReport> {
  const id = podLabel(pod)
  const istiods = await istiodsOf(source, question)
  const owner = istiods.find(istiod => istiod.proxies.some(proxy => proxy.id === id))
  if (question.askAnyway !== true) guard(source, istiods, owner, id)
  const silent = istiods.flatMap(({silent: gap, label}): Gap[] =>
    gap === undefined ? [] : [{...gap, what: `proxies of ${label}`}],
  )
  const [held, runs] = await Promise.all([
    source.evidence('istiod.config_dump', pod),
    (question.envoy ?? source).evidence('envoy.config_dump', question.envoy?.impliedSubject ?? pod),
  ])
  if (!held.ok && held.gap.reason === 'not-found' && istiods.length > 0 && owner === undefined) {
    throw new UserError(`no istiod holds a configuration for ${id}: ${held.gap.detail}`, {
      hint: 'Its proxy is not connected, so there is nothing to compare with.',
      next: 'meshctl proxy-status --only problem',
    })
  }
  const first = required(readAnswer(held), source)
  const second = required(readAnswer(runs), question.envoy ?? source)
  const proxy = owner?.proxies.find(each => each.id === id)
  const refuser = {namespace: pod.namespace, rootNamespace: question.istioNamespace, labels: {}}
  const problems = proxy === undefined ? [] : await connectedProblems(source, proxy, refuser, new Date(), 0)
  const told = problems.map(({types, reason, note, resource}) => {
    const about = resource === undefined ? '' : ` for ${resource}`
    return `istiod on ${types.join(', ')}${about}: ${reason}${note === undefined ? '' : ` (${note})`}`
  })
  const istiod = held.ok ? (owner?.pod.name ?? held.value.provenance.from ?? 'istiod') : 'istiod'
  const pair = pairDiff(id, [istiod, first], ['Envoy', second], {told})
  const result = {pairs: [pair], onlyFirst: [], onlySecond: []}
  return {
    ...result,
    origin: source.origin,
    gaps: silent,
    notes: [],
    kind: 'control-plane',
    first: istiod,
    second: 'Envoy',
    failing: differs(result),
  }
}
