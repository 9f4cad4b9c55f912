import {numberOf, objectOf, textOf} from '../../../formats/decode.js'
import {type Answer, answered} from '../../../model/evidence/answer.js'
import {failureFromError} from '../../../wire/wire-failure.js'
import type {Lease, LeaseRef} from '../../changes.js'
import {answerJson} from './answer-json.js'
import type {Api} from './api.js'
import {gapOfFailure} from './gap-of-failure.js'

const CONFLICT = 409

/** Kubernetes' MicroTime: RFC 3339 with six digits. */
function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z')
}

/** True for a write that another one was faster than. */
function isConflict(error: unknown): boolean {
  return failureFromError(error).details.httpStatus === CONFLICT
}

/**
 * A Lease as client-go's leader election uses it (coordination.k8s.io/v1): its holder renews it; another takes it once it has not seen it
 * renewed for as long as it lasts, by its own clock, so that clocks need not agree. Every write names the version it read.
 */
export function leaseOn(api: Api, ref: LeaseRef, now: () => Date): Lease {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(ref.namespace)}/leases`
  const path = `${collection}/${encodeURIComponent(ref.name)}`
  let seen = {version: '', at: 0}

  async function read(): Promise<unknown> {
    try {
      return answerJson(await api.get({path}), path)
    } catch (error) {
      if (failureFromError(error).kind === 'not-found') return undefined
      throw error
    }
  }

  async function create(): Promise<void> {
    const at = microTime(now())
    const spec = {
      holderIdentity: ref.identity,
      leaseDurationSeconds: ref.seconds,
      acquireTime: at,
      renewTime: at,
      leaseTransitions: 0,
    }
    const metadata = {name: ref.name, namespace: ref.namespace}
    const body = JSON.stringify({apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec})
    await api.send({method: 'POST', path: collection, body, contentType: 'application/json'})
  }

  async function write(lease: unknown, spec: object): Promise<void> {
    const resourceVersion = textOf(lease, 'metadata', 'resourceVersion')
    const body = JSON.stringify({metadata: {resourceVersion}, spec})
    await api.send({method: 'PATCH', path, body, contentType: 'application/merge-patch+json'})
  }

  async function hold(): Promise<boolean> {
    const lease = await read()
    if (lease === undefined) {
      await create()
      return true
    }
    const version = textOf(lease, 'metadata', 'resourceVersion') ?? ''
    if (version !== seen.version) seen = {version, at: now().getTime()}
    const spec = objectOf(lease, 'spec')
    const holder = textOf(spec, 'holderIdentity') ?? ''
    const lastsMs = (numberOf(spec, 'leaseDurationSeconds') ?? ref.seconds) * 1000
    const renewTime = microTime(now())
    if (holder === ref.identity) {
      await write(lease, {renewTime})
      return true
    }
    if (holder !== '' && now().getTime() - seen.at < lastsMs) return false
    const leaseTransitions = (numberOf(spec, 'leaseTransitions') ?? 0) + 1
    await write(lease, {
      ...{holderIdentity: ref.identity, leaseDurationSeconds: ref.seconds},
      ...{acquireTime: renewTime, renewTime, leaseTransitions},
    })
    return true
  }

  return {
    async hold(): Promise<Answer<boolean>> {
      try {
        return answered(await hold())
      } catch (error) {
        if (isConflict(error)) return answered(false)
        return {ok: false, gap: gapOfFailure(`Lease ${ref.namespace}/${ref.name}`, failureFromError(error))}
      }
    },
    async release(): Promise<void> {
      const lease = await read().catch(() => undefined)
      if (textOf(lease, 'spec', 'holderIdentity') !== ref.identity) return
      // Another takes it when it runs out, if this write fails.
      await write(lease, {holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now())}).catch(
        () => undefined,
      )
    },
  }
}
