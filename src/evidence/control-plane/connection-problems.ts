import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {appliedInstead, parseRejection} from '../../analysis/sync-reason/rejection.js'
import {ESSENTIAL_TYPES} from '../../formats/istio/istiod-syncz.js'
import {scrubFields} from '../../formats/redact/scrub.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {xdsTypeNamed} from '../../model/envoy/xds-type.js'
import type {SyncProblem} from '../../model/istio/sync-problem.js'
import {type ProxyConnection, proxyNamespace, proxyPod, stateOf, type TypeSync} from '../../model/istio/sync-state.js'
import type {Source} from '../../sources/source.js'
import {findRejectedObject, patchingFilters, type RejectedObject, type RejectingProxy} from './rejected-object.js'

/** What the proxy runs meanwhile; undefined when it is not known whether it ever accepted anything. */
function stillRunning(what: string, never: string, since: string | undefined, acked: boolean | undefined) {
  if (since !== undefined) return `still running the ${what} from ${since}`
  if (acked === undefined) return undefined
  return acked ? `still running older ${what}; when it accepted them is not known` : never
}

/** Which update of the type was last accepted as a whole; undefined when that is not known. */
function lastAcknowledged(type: string, ackedAt: string | undefined, acked: boolean | undefined) {
  if (ackedAt !== undefined) return `last ${type} update accepted without errors: ${ackedAt}`
  return acked === false ? `no ${type} update was accepted without errors yet` : undefined
}

/**
 * When a rejection began. istiod repeats the push with every change of the mesh, so the time of the last push is only the latest possible one; the
 * earliest is the update that was last accepted, and the change of the rejected object where that is known and later.
 */
function rejectedSince({ackedAt, sentAt}: TypeSync, object: RejectedObject | undefined) {
  const changed = object?.changedAt
  if (changed !== undefined && (ackedAt === undefined || Date.parse(changed) >= Date.parse(ackedAt)))
    return {
      since: changed,
      ...definedFields({sinceIs: object?.createdOnly === true ? ('at most' as const) : undefined}),
    }
  if (ackedAt !== undefined) return {since: ackedAt, sinceIs: 'at most' as const}
  return sentAt === undefined ? {} : {since: sentAt, sinceIs: 'at least' as const}
}

/** EnvoyFilters named in advice. */
const SUSPECTS = 4

/** Where to look when neither the resource nor the error names an object. */
function suspects(filters: readonly string[]): string {
  if (filters.length === 0) return 'Correct or delete the Istio object that the rejected resource comes from.'
  const more = filters.length <= SUSPECTS ? '' : ` and ${filters.length - SUSPECTS} more`
  return `Envoy names no resource: look first at ${filters.slice(0, SUSPECTS).join(', ')}${more}, which ${filters.length === 1 ? 'patches' : 'patch'} this config of the pod.`
}

async function rejected(
  source: Source,
  proxy: string,
  sync: TypeSync,
  rejectingProxy: RejectingProxy,
): Promise<readonly SyncProblem[]> {
  const {type, error = '', ackedAt, ackedOnce} = sync
  const noun = xdsTypeNamed(type).noun
  return await Promise.all(
    parseRejection(error, noun).map(async (rejection): Promise<SyncProblem> => {
      const object = await findRejectedObject(source, rejection, rejectingProxy)
      const named = object !== undefined || rejection.resource !== undefined
      const filters = named ? [] : await patchingFilters(source, type, rejectingProxy)
      return {
        kind: 'rejected',
        proxy,
        types: [type],
        reason: rejection.message,
        note: lastAcknowledged(type, ackedAt, ackedOnce),
        resource: rejection.resource === undefined ? undefined : `${noun} ${rejection.resource}`,
        object: object?.label,
        because: rejection.origin?.because,
        ...rejectedSince(sync, object),
        advice: `${object === undefined ? suspects(filters) : 'Correct or delete that object.'} ${appliedInstead(error, noun)}`,
      }
    }),
  )
}

function earliest(times: readonly (string | undefined)[]): string | undefined {
  return times.filter(time => time !== undefined).sort()[0]
}

/** The types sent more than `staleAfterMs` ago and not yet acknowledged, as one problem. */
function stale(proxy: ProxyConnection, now: Date, staleAfterMs: number): readonly SyncProblem[] {
  const late = proxy.types.filter(
    ({state, sentAt}) =>
      state === 'STALE' && (sentAt === undefined || now.getTime() - Date.parse(sentAt) >= staleAfterMs),
  )
  if (late.length === 0) return []
  const since = earliest(late.map(each => each.sentAt))
  const runs = earliest(late.map(each => each.ackedAt))
  const accepted = late.some(({ackedOnce}) => ackedOnce === true)
    ? true
    : late.every(({ackedOnce}) => ackedOnce === false)
      ? false
      : undefined
  const note = stillRunning('config', 'it has not accepted any config yet', runs, accepted)
  return [
    {
      kind: 'stale',
      proxy: proxy.id,
      types: late.map(each => each.type),
      reason: 'istiod sent it, and the proxy has not acknowledged it',
      note,
      since,
      advice: 'If this persists, the connection is stuck or the proxy is overloaded: use --why and meshctl diff.',
    },
  ]
}

/** Why Envoy has not asked for listeners: it does so only when its first clusters are ready, and those wait for certificates and endpoints. */
async function whyWaiting(source: Source, proxy: ProxyConnection): Promise<Partial<SyncProblem>> {
  const pod = {namespace: proxyNamespace(proxy.id), name: proxyPod(proxy.id)}
  const log = await source.evidence('log.istio-proxy', pod)
  const [why] = log.ok ? logReasons(Buffer.from(log.value.bytes).toString('utf8')).map(scrubFields) : []
  const waits = 'it has not asked for its listeners yet: its clusters are not ready'
  if (why === undefined || why.kind === 'unready' || why.kind === 'closed') {
    const advice =
      'A cluster waits for its certificate or endpoints: meshctl proxy-config secret, and the log of the proxy.'
    return {reason: waits, advice}
  }
  return {
    reason: `${waits}; ${why.text}`,
    advice: why.advice,
    since: why.since,
    evidence: [why.line.replace(/\t/g, ' ')],
  }
}

/** Every Envoy of Istio subscribes to clusters and listeners; one that does not receives no further updates of that type. */
async function unsubscribed(source: Source, proxy: ProxyConnection): Promise<readonly SyncProblem[]> {
  const others = proxy.types.length > 0
  const absent = ESSENTIAL_TYPES.filter(type => stateOf(proxy, type).state === 'IGNORED')
  if (
    !others ||
    absent.length === 0 ||
    proxy.kind === 'ztunnel' ||
    proxy.types.some(each => /^WA?DS$/.test(each.type))
  ) {
    return []
  }
  const waiting = absent.length === 1 && absent[0] === 'LDS' ? await whyWaiting(source, proxy) : {}
  return [
    {
      kind: 'unsubscribed',
      proxy: proxy.id,
      types: absent,
      reason: `it has no subscription to ${absent.join(' and ')}, so it receives no updates of that type`,
      advice:
        'Look in its log for a config rejected just before it reconnected; restarting the pod restores the subscription.',
      ...waiting,
    },
  ]
}

/** The problems of a connected proxy: rejected, stale or unsubscribed types. */
export async function connectedProblems(
  source: Source,
  proxy: ProxyConnection,
  rejectingProxy: RejectingProxy,
  now: Date,
  staleAfterMs: number,
): Promise<readonly SyncProblem[]> {
  const errors = proxy.types.filter(each => each.state === 'ERROR')
  const nacks = await Promise.all(errors.map(each => rejected(source, proxy.id, each, rejectingProxy)))
  return [...nacks.flat(), ...(await unsubscribed(source, proxy)), ...stale(proxy, now, staleAfterMs)]
}
