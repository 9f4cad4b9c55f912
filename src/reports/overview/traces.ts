import type {MeshPod} from '../../analysis/request-path/world.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Source} from '../../sources/source.js'
import {lineQuestion} from '../errors/line-question.js'
import type {ErrorsReport} from '../errors/report.js'
import type {MtlsReport} from '../mtls/report.js'
import {type PathQuestion, type PathReport, pathReport} from '../trace/path-report.js'

/** One request that is worth following, and why it was chosen. */
export interface TracedRequest {
  readonly why: string
  readonly path: PathReport
}

/** Requests that are followed: each costs the configuration of the proxies on its way. */
const MOST = 10

interface Asked {
  readonly why: string
  readonly question: PathQuestion
}

/** A request of each group of failures in the access logs. */
function failing(errors: ErrorsReport, pods: readonly MeshPod[], istioNamespace: string): readonly Asked[] {
  return errors.groups.flatMap(({example, count, code, flags, from, to}) => {
    const writer = pods.find(({ref}) => podLabel(ref) === example.writer)
    const question = lineQuestion(example.entry, pods, writer)
    const status = [code, ...flags].join(' ')
    const why = `${count} of the requests in the access logs from ${from} to ${to} ended with ${status}`
    return question === undefined ? [] : [{why, question: {...question, istioNamespace}}]
  })
}

/** A request to each Service port where client and server disagree about mTLS. */
function conflicting(mtls: MtlsReport, pods: readonly MeshPod[], istioNamespace: string): readonly Asked[] {
  const conflicts = mtls.rows.filter(({status}) => status === 'CONFLICT')
  const targets = [...new Map(conflicts.map(row => [`${row.host}:${row.port}`, row])).values()]
  return targets.flatMap(({host, port, because}) => {
    const client = pods.find(({mode, addresses}) => mode === 'sidecar' && addresses.length > 0)
    if (client === undefined) return []
    const from = {kind: 'pod' as const, pod: client.ref}
    return [{why: because, question: {from, to: `http://${host}:${port}/`, flags: {}, istioNamespace}}]
  })
}

/** Follows one request for each way of failing that the logs show or the objects predict. Nothing is sent. */
export async function tracedRequests(
  source: Source,
  pods: readonly MeshPod[],
  errors: ErrorsReport | undefined,
  mtls: MtlsReport | undefined,
  istioNamespace: string,
  gaps: Gap[],
): Promise<readonly TracedRequest[]> {
  const asked = [
    ...(errors === undefined ? [] : failing(errors, pods, istioNamespace)),
    ...(mtls === undefined ? [] : conflicting(mtls, pods, istioNamespace)),
  ]
  const rest = asked.length - MOST
  if (rest > 0)
    gaps.push({
      what: `traces of ${humanCount(rest, 'more failing or conflicting request')}`,
      reason: 'not-applicable',
      detail: `a report follows at most ${MOST} requests`,
      hint: 'Follow others with meshctl trace FROM TO.',
    })
  const traced: TracedRequest[] = []
  for (const {why, question} of asked.slice(0, MOST)) {
    try {
      traced.push({why, path: await pathReport(source, question)})
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      gaps.push({what: `trace to ${question.to}`, reason: 'failed', detail: error.message})
    }
  }
  return traced
}
