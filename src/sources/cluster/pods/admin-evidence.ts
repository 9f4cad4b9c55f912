import {type Answer, answered, type Gap} from '../../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, type EvidenceQuery, evidenceRow} from '../../../model/evidence/evidence.js'
import {type PodRef, podLabel} from '../../../model/kube/kube-object.js'
import {type FailureKind, failureFromError, WireFailure} from '../../../wire/wire-failure.js'
import {methodFor} from '../../admin-method.js'
import type {CallLimits} from '../api/api.js'
import {gapOfFailure} from '../api/gap-of-failure.js'
import type {Live} from '../live.js'
import {adminPath} from './admin-path.js'
import {refuseTooLarge} from './dump-estimate.js'
import {canFallBackToExec} from './fall-back-to-exec.js'
import {namedAdminPort, proxyContainer} from './proxy-container.js'
import {whyProxyIsDown} from './proxy-down.js'

const DEFAULT_ADMIN_PORT = 15_000

/** Failures that may be caused by a proxy that is down, so the container state explains more than the socket error. */
const LOOK_AT_PROXY = new Set<FailureKind>(['port-closed', 'not-running', 'lost', 'timeout'])

/**
 * An admin page of a pod's Envoy: over a port-forward, else through pilot-agent in the container, else one gap with the error of each
 * method. A filtered query that Envoy rejects is repeated without the filter.
 */
export async function adminEvidence(
  live: Live,
  id: EvidenceId,
  subject: PodRef,
  rowPath: string,
  adminPort: number,
  query: EvidenceQuery | undefined,
): Promise<Answer<Artifact>> {
  const row = evidenceRow(id)
  const limits = {maxBytes: Math.min(row.maxBytes, query?.maxBytes ?? row.maxBytes), deadlineMs: row.deadlineMs}
  const narrow = adminPath(rowPath, query)
  const artifact = (
    bytes: Buffer,
    path: string,
    more: {container?: string; argv?: readonly string[]},
  ): Answer<Artifact> =>
    answered({
      id,
      bytes,
      provenance: {capturedAt: new Date().toISOString(), from: podLabel(subject), path, ...more},
    })
  try {
    const {bytes, path} = await forwarded(live, subject, adminPort, narrow, rowPath, limits)
    return artifact(bytes, path, {})
  } catch (error) {
    const failure = failureFromError(error)
    if (!canFallBackToExec(failure)) {
      return {ok: false, gap: await explained(live, subject, row.title, failure)}
    }
    const inside = await insideContainer(live, subject, adminPort, narrow, limits)
    if (inside instanceof WireFailure)
      return {ok: false, gap: await bothFailed(live, subject, row.title, failure, inside)}
    return artifact(inside.bytes, narrow, {container: inside.container, argv: inside.argv})
  }
}

function isWholeDump(path: string): boolean {
  return path.startsWith('config_dump') && !path.includes('mask=')
}

async function forwarded(live: Live, subject: PodRef, port: number, narrow: string, whole: string, limits: CallLimits) {
  const ask = async (path: string, at: number) => ({bytes: await live.podPage(subject, at, path, limits), path})
  try {
    if (isWholeDump(narrow)) await refuseTooLarge(live, subject, port, limits.maxBytes)
    return await ask(narrow, port)
  } catch (error) {
    const failure = failureFromError(error)
    if (failure.details.recordedGap !== undefined) throw failure
    if (failure.details.httpStatus === 400 && narrow !== whole) return await ask(whole, port)
    if (failure.kind !== 'port-closed' || port !== DEFAULT_ADMIN_PORT) throw failure
    const named = await live.pod(subject).then(namedAdminPort, () => undefined)
    if (named === undefined || named === port) throw failure
    return await ask(narrow, named)
  }
}

async function insideContainer(live: Live, subject: PodRef, port: number, path: string, limits: CallLimits) {
  try {
    const container = proxyContainer(await live.pod(subject))?.name
    if (container === undefined) return new WireFailure('not-found', 'the pod has no container istio-proxy')
    const where = port === DEFAULT_ADMIN_PORT ? [] : ['--debug-port', String(port)]
    const argv = ['pilot-agent', 'request', ...where, methodFor(path), path]
    const outcome = await live.exec(subject, container, argv, limits)
    if (outcome.exitCode === 0) return {bytes: Buffer.from(outcome.stdout), container, argv}
    const said = outcome.stderr.trim().split('\n').at(-1) ?? ''
    return new WireFailure('server-error', said === '' ? `exit code ${outcome.exitCode ?? 'none'}` : said)
  } catch (error) {
    return failureFromError(error)
  }
}

async function explained(live: Live, subject: PodRef, what: string, failure: WireFailure): Promise<Gap> {
  const gap = gapOfFailure(what, failure)
  if (failure.details.recordedGap !== undefined || !LOOK_AT_PROXY.has(failure.kind)) return gap
  const why = await whyProxyIsDown(live, subject)
  if (why !== undefined) return {...gap, detail: `${failure.message}: ${why}`}
  if (failure.kind !== 'port-closed') return gap
  return {
    what,
    reason: 'not-applicable',
    detail: `${podLabel(subject)} has no container istio-proxy and ${failure.message}`,
  }
}

async function bothFailed(
  live: Live,
  subject: PodRef,
  what: string,
  forward: WireFailure,
  exec: WireFailure,
): Promise<Gap> {
  const gap = gapOfFailure(what, forward)
  const second = gapOfFailure(what, exec)
  const why = forward.kind === 'forbidden' ? undefined : await whyProxyIsDown(live, subject)
  const detail = [
    `port-forward: ${gap.detail}`,
    `exec pilot-agent: ${second.detail}`,
    ...(why === undefined ? [] : [why]),
  ].join('; ')
  return {...gap, detail}
}
