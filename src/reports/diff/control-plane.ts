import {listingOnce} from '../../evidence/asked-once.js'
import {connectedProblems} from '../../evidence/control-plane/connection-problems.js'
import {askIstiods, type IstiodAnswer, runningIstiods} from '../../evidence/control-plane/istiods.js'
import {ztunnelInstead} from '../../evidence/pod/no-sidecar.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {required} from '../report.js'
import {pairDiff, readAnswer} from './pair.js'
import {type DiffReport, differs} from './report.js'
import {ztunnelDiffReport} from './ztunnel.js'

export interface ControlPlaneDiffOptions {
  readonly istioNamespace: string
  readonly revision?: string | undefined
  /** The source of Envoy's dump if it is not the same source: a file given with -f. */
  readonly envoy?: Source | undefined
  /** Query a live istiod even if its version has a bug triggered by the query. */
  readonly askAnyway?: boolean | undefined
}

/**
 * istiod 1.27.0 and 1.27.1: the debug config dump of a gateway breaks later delivery of its certificates until istiod is restarted
 * (istio/istio#57789).
 */
const BROKEN_BY_DUMP = /^1\.27\.[01](\D|$)/

async function istiodsOf(
  source: Source,
  question: ControlPlaneDiffOptions,
  gaps: Gap[],
): Promise<readonly IstiodAnswer[]> {
  const running = await runningIstiods(source, question)
  if (running.ok) return await askIstiods(source, running.value)
  gaps.push({...running.gap, what: 'what istiod says of the proxy'})
  return []
}

function refuseBuggyIstiod(
  source: Source,
  istiods: readonly IstiodAnswer[],
  owner: IstiodAnswer | undefined,
  id: string,
): void {
  const version = (owner ?? istiods[0])?.version ?? ''
  const gateway = owner?.proxies.find(proxy => proxy.id === id)?.kind === 'router'
  if (!source.traits.live || !gateway || !BROKEN_BY_DUMP.test(version)) return
  throw new UserError(
    `istiod ${version} has a bug: querying this gateway's config can stop the delivery of its certificates (istio/istio#57789)`,
    {
      hint: 'istiod would have to be restarted afterwards. Compare with a snapshot instead, or use --ask-anyway.',
      next: `meshctl diff ${id} --from snapshot:latest`,
    },
  )
}

/** Compares istiod's config for a proxy (first side) with its Envoy's config (second side). */
export async function controlPlaneReport(
  given: Source,
  pod: PodRef,
  question: ControlPlaneDiffOptions,
): Promise<DiffReport> {
  const source = noted(listingOnce(given))
  const id = podLabel(pod)
  const gaps: Gap[] = []
  const istiods = await istiodsOf(source, question, gaps)
  const owner = istiods.find(istiod => istiod.proxies.some(proxy => proxy.id === id))
  if (question.askAnyway !== true) refuseBuggyIstiod(source, istiods, owner, id)
  const silent = istiods.flatMap(({silent: gap, label}): Gap[] =>
    gap === undefined ? [] : [{...gap, what: `proxies of ${label}`}],
  )
  const [held, runs] = await Promise.all([
    source.evidence('istiod.config_dump', pod),
    (question.envoy ?? source).evidence('envoy.config_dump', question.envoy?.impliedSubject ?? pod),
  ])
  const instead = held.ok && runs.ok ? undefined : await ztunnelInstead(source, pod)
  const ofZtunnel = instead === undefined ? undefined : await ztunnelDiffReport(given, pod, question.istioNamespace)
  if (ofZtunnel !== undefined) return ofZtunnel
  if (instead !== undefined) throw instead
  if (
    !held.ok &&
    ['not-found', 'not-applicable'].includes(held.gap.reason) &&
    istiods.length > 0 &&
    owner === undefined
  ) {
    throw new UserError(`no istiod has config for ${id}: ${held.gap.detail}`, {
      hint: 'Its proxy is not connected, so there is nothing to compare with.',
      next: 'meshctl proxy-status --only problem',
    })
  }
  const first = required(readAnswer(held), source)
  const second = required(readAnswer(runs), question.envoy ?? source)
  const proxy = owner?.proxies.find(each => each.id === id)
  const rejectingProxy = {namespace: pod.namespace, rootNamespace: question.istioNamespace, labels: {}}
  const problems = proxy === undefined ? [] : await connectedProblems(source, proxy, rejectingProxy, new Date(), 0)
  const syncProblems = problems.map(({types, reason, note, resource}) => {
    const about = resource === undefined ? '' : ` for ${resource}`
    return `istiod on ${types.join(', ')}${about}: ${reason}${note === undefined ? '' : ` (${note})`}`
  })
  const istiod = held.ok ? (owner?.pod.name ?? held.value.provenance.from ?? 'istiod') : 'istiod'
  const pair = pairDiff(id, [istiod, first], ['Envoy', second], {syncProblems})
  const result = {pairs: [pair], onlyFirst: [], onlySecond: []}
  return {
    ...result,
    ...answeredFrom(source),
    gaps: [...gaps, ...silent],
    notes: [],
    kind: 'control-plane',
    first: istiod,
    second: 'Envoy',
    failing: differs(result),
  }
}
