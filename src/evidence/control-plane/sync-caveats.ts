import {gapSentence} from '../../model/evidence/answer.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {askConnections, type IstiodConnections, type ListedProxy, listedProxies, runningIstiods} from './istiods.js'

/** Whether the configuration of some proxies is the latest that istiod has. */
export interface SyncCaveats {
  /** Proxies that are known to use older configuration. */
  readonly caveats: readonly string[]
  /** Why it is not known of a proxy. */
  readonly notes: readonly string[]
}

function staleTypes({proxy}: ListedProxy): string {
  return proxy.types
    .filter(({state}) => state === 'STALE')
    .map(({type}) => type)
    .join(', ')
}

function unlisted(pod: PodRef, istiods: readonly IstiodConnections[]): SyncCaveats {
  const silent = istiods.filter(each => each.silent !== undefined).map(each => each.label)
  if (silent.length === 0)
    return {
      caveats: [`${podLabel(pod)} uses the configuration it last received: it is not connected to istiod`],
      notes: [],
    }
  const asked = silent.join(', ')
  return {
    caveats: [],
    notes: [`whether ${podLabel(pod)} has the latest configuration is unknown: ${asked} did not answer`],
  }
}

/**
 * What istiod's /debug/syncz says about proxies: connected or not, and whether they acknowledged what was sent.
 * A page that could not be read, or of an istiod that did not answer, is a note and never a caveat.
 */
export async function syncCaveats(
  source: Source,
  pods: readonly PodRef[],
  istioNamespace: string,
): Promise<SyncCaveats> {
  if (pods.length === 0) return {caveats: [], notes: []}
  const running = await runningIstiods(source, {istioNamespace})
  const why = 'whether the proxies have the latest configuration was not checked'
  if (!running.ok) return {caveats: [], notes: [`${why}: ${gapSentence(running.gap)}`]}
  if (running.value.length === 0)
    return {caveats: [], notes: [`${why}: no running istiod in namespace ${istioNamespace}`]}
  const istiods = await askConnections(source, running.value)
  const listed = listedProxies(istiods)
  const found = pods.map((pod): SyncCaveats => {
    const proxy = listed.get(podLabel(pod))
    if (proxy === undefined) return unlisted(pod, istiods)
    const late = staleTypes(proxy)
    const text = `${podLabel(pod)} uses older configuration: it has not acknowledged the latest ${late} of istiod`
    return {caveats: late === '' ? [] : [text], notes: []}
  })
  return {caveats: found.flatMap(each => each.caveats), notes: found.flatMap(each => each.notes)}
}
