import {parseRejection} from '../../analysis/sync-reason/rejection.js'
import {ESSENTIAL_TYPES} from '../../formats/istiod-syncz.js'
import type {SyncProblem} from '../../model/sync-problem.js'
import {type ProxyConnection, stateOf, type TypeSync} from '../../model/sync-state.js'
import {xdsTypeNamed} from '../../model/xds-type.js'
import type {Source} from '../../sources/source.js'
import {findRejectedObject, type RejectingProxy} from './rejected-object.js'

/** What the proxy runs meanwhile; undefined when it is not known whether it ever accepted anything. */
function stillRunning(what: string, never: string, since: string | undefined, acked: boolean | undefined) {
  if (since !== undefined) return `still running the ${what} from ${since}`
  if (acked === undefined) return undefined
  return acked ? `still running older ${what}; when it accepted them is not known` : never
}

async function rejected(
  source: Source,
  proxy: string,
  {type, error = '', sentAt, ackedAt, ackedOnce}: TypeSync,
  rejectingProxy: RejectingProxy,
): Promise<readonly SyncProblem[]> {
  const noun = xdsTypeNamed(type).noun
  return await Promise.all(
    parseRejection(error, noun).map(async (rejection): Promise<SyncProblem> => {
      const object = await findRejectedObject(source, rejection, rejectingProxy)
      const still = stillRunning(`${xdsTypeNamed(type).noun}s`, 'it has never accepted any', ackedAt, ackedOnce)
      return {
        kind: 'rejected',
        proxy,
        types: [type],
        reason: rejection.message,
        note: still,
        resource: rejection.resource === undefined ? undefined : `${noun} ${rejection.resource}`,
        object,
        because: rejection.origin?.because,
        since: sentAt,
        advice: 'Correct or delete that object; until then the proxy receives no updates of this type.',
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

/** Every Envoy of Istio subscribes to clusters and listeners; one that does not receives no further updates of that type. */
function unsubscribed(proxy: ProxyConnection): readonly SyncProblem[] {
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
  return [
    {
      kind: 'unsubscribed',
      proxy: proxy.id,
      types: absent,
      reason: `it has no subscription to ${absent.join(' and ')}, so it receives no updates of that type`,
      advice:
        'Look in its log for a config rejected just before it reconnected; restarting the pod restores the subscription.',
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
  return [...nacks.flat(), ...unsubscribed(proxy), ...stale(proxy, now, staleAfterMs)]
}
