import {parseRejection} from '../../analysis/sync-reason/rejection.js'
import {ESSENTIAL_TYPES} from '../../formats/istiod-syncz.js'
import type {SyncProblem} from '../../model/sync-problem.js'
import {type ProxyConnection, stateOf, type TypeSync} from '../../model/sync-state.js'
import {xdsTypeNamed} from '../../model/xds-type.js'
import type {Source} from '../../sources/source.js'
import {blame, type Refuser} from './blame.js'

async function rejected(
  source: Source,
  proxy: string,
  {type, error = '', sentAt, ackedAt}: TypeSync,
  refuser: Refuser,
): Promise<readonly SyncProblem[]> {
  const noun = xdsTypeNamed(type).noun
  return await Promise.all(
    parseRejection(error, noun).map(async (rejection): Promise<SyncProblem> => {
      const object = await blame(source, rejection, refuser)
      const still = ackedAt === undefined ? 'it never accepted any' : `it keeps its ${type} of ${ackedAt}`
      return {
        kind: 'rejected',
        proxy,
        types: [type],
        reason: rejection.message,
        note: still,
        ...(rejection.resource === undefined ? {} : {resource: `${noun} ${rejection.resource}`}),
        ...(object === undefined ? {} : {object}),
        ...(rejection.origin === undefined ? {} : {because: rejection.origin.because}),
        ...(sentAt === undefined ? {} : {since: sentAt}),
        advice: 'Mend or delete that object; until then nothing new of this type reaches the proxy.',
      }
    }),
  )
}

function earliest(times: readonly (string | undefined)[]): string | undefined {
  return times.filter(time => time !== undefined).sort()[0]
}

/** Types sent longer ago than the patience allows and still not accepted, as one problem. */
function stale(proxy: ProxyConnection, now: Date, staleAfterMs: number): readonly SyncProblem[] {
  const late = proxy.types.filter(
    ({state, sentAt}) =>
      state === 'STALE' && (sentAt === undefined || now.getTime() - Date.parse(sentAt) >= staleAfterMs),
  )
  if (late.length === 0) return []
  const since = earliest(late.map(each => each.sentAt))
  const runs = earliest(late.map(each => each.ackedAt))
  const note = runs === undefined ? 'it has not accepted anything yet' : `it runs the configuration of ${runs}`
  return [
    {
      kind: 'stale',
      proxy: proxy.id,
      types: late.map(each => each.type),
      reason: 'it was sent and not accepted',
      note,
      ...(since === undefined ? {} : {since}),
      advice: 'If it stays so, the connection is stuck or the proxy too busy: see --why and the diff.',
    },
  ]
}

/** Every Envoy of Istio asks for clusters and listeners; one that does not is cut off from all later changes of that type. */
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
      reason: `istiod has no subscription of it to ${absent.join(' and ')}, so no change of that kind reaches it`,
      advice:
        'See its log for a rejected configuration just before it reconnected; restarting the pod subscribes it anew.',
    },
  ]
}

/** What is wrong with a proxy istiod knows: rejected, stale or unsubscribed types. */
export async function connectedProblems(
  source: Source,
  proxy: ProxyConnection,
  refuser: Refuser,
  now: Date,
  staleAfterMs: number,
): Promise<readonly SyncProblem[]> {
  const errors = proxy.types.filter(each => each.state === 'ERROR')
  const nacks = await Promise.all(errors.map(each => rejected(source, proxy.id, each, refuser)))
  return [...nacks.flat(), ...unsubscribed(proxy), ...stale(proxy, now, staleAfterMs)]
}
