import {listOf, textOf} from '../formats/decode.js'
import {parseJson} from '../formats/json-text.js'
import {type Answer, type Gap, gapSentence} from '../model/evidence/answer.js'
import {type Artifact, EVIDENCE_IDS, type EvidenceId, evidenceRow} from '../model/evidence/evidence.js'
import type {PodRef} from '../model/kube/kube-object.js'
import type {Source} from '../sources/source.js'
import {queryConfigDump, readDumpQuery} from './config-dump-query.js'
import {failureOfGap} from './status.js'

/** An HTTP answer of a pod's admin port. */
export interface PodHttpResponse {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
}

/** Serves the recorded HTTP pages of pods: Envoy's admin port, istiod's debug ports. */
export interface PodEndpoints {
  page(pod: PodRef, method: string, url: string): Promise<PodHttpResponse>
}

/** Cache of parsed dumps: clients request one section after the other, and parsing a large dump takes a second. */
const KEPT_DUMPS = 2

function text(status: number, body: string): PodHttpResponse {
  return {status, type: 'text/plain', body: Buffer.from(body)}
}

/** A missing page is a 404 whose body is a Status, so that the recorded gap can be read back. */
function gapPage(gap: Gap): PodHttpResponse {
  const {status} = failureOfGap(gap)
  return {status: 404, type: 'application/json', body: Buffer.from(JSON.stringify(status))}
}

function plain(answer: Answer<Artifact>, type: string): PodHttpResponse {
  return answer.ok ? {status: 200, type, body: answer.value.bytes} : gapPage(answer.gap)
}

/** Pages that ztunnel has under the path of an Envoy page. */
const OF_ZTUNNEL: ReadonlyMap<string, EvidenceId> = new Map(
  EVIDENCE_IDS.flatMap(id => {
    const {how} = evidenceRow(id)
    return how.via === 'ztunnel' ? [[how.path, id] as const] : []
  }),
)

/** The recorded page of each admin and debug path; `?format=json` is part of what was recorded. */
const PAGES: ReadonlyMap<string, EvidenceId> = new Map(
  EVIDENCE_IDS.flatMap(id => {
    const {how} = evidenceRow(id)
    return how.via === 'admin' || how.via === 'istiod' ? [[how.path.replace(/\?include_eds$/, ''), id] as const] : []
  }),
)

/** Splits a request target without URL parsing: istioctl requests `//version`. */
function splitRequestTarget(url: string): {readonly path: string; readonly query: URLSearchParams} {
  const at = url.indexOf('?')
  const path = (at < 0 ? url : url.slice(0, at)).replace(/^\/+/, '')
  return {path, query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1))}
}

/** The recorded pages of a source's pods. */
export function podEndpoints(source: Source): PodEndpoints {
  const dumps = new Map<string, {readonly bytes: Uint8Array; readonly configs: readonly unknown[]}>()

  async function configDump(pod: PodRef, query: URLSearchParams): Promise<PodHttpResponse> {
    const asked = readDumpQuery(query)
    if ('status' in asked) return text(asked.status, asked.body)
    const answer = await source.evidence('envoy.config_dump', pod)
    if (!answer.ok) return gapPage(answer.gap)
    const {bytes} = answer.value
    const whole =
      asked.includeEds && asked.resource === undefined && asked.mask === undefined && asked.nameRegex === undefined
    if (whole) return {status: 200, type: 'application/json', body: bytes}
    const key = `${pod.namespace}/${pod.name}`
    let kept = dumps.get(key)
    if (kept?.bytes !== bytes) {
      const parsed = parseJson(bytes, 'config_dump')
      if (!parsed.ok) return text(500, gapSentence(parsed.gap))
      kept = {bytes, configs: listOf(parsed.value, 'configs')}
      dumps.delete(key)
      for (const old of [...dumps.keys()].slice(0, Math.max(0, dumps.size - KEPT_DUMPS + 1))) dumps.delete(old)
      dumps.set(key, kept)
    }
    const {status, body} = queryConfigDump(kept.configs, asked)
    return {status, type: status === 200 ? 'application/json' : 'text/plain', body: Buffer.from(body)}
  }

  /** The page of a pod that is a ztunnel; undefined for any other. */
  async function ofZtunnel(pod: PodRef, path: string): Promise<PodHttpResponse | undefined> {
    const id = OF_ZTUNNEL.get(path)
    const answer = id === undefined ? undefined : await source.evidence(id, pod)
    // Pages that Envoy has as well are then looked up as Envoy's.
    const only = path !== 'logging' && path !== 'config_dump'
    if (id !== undefined && answer?.ok === false && only) return gapPage(answer.gap)
    if (id === undefined || answer?.ok !== true) return undefined
    return plain(answer, evidenceRow(id).extension === 'json' ? 'application/json' : 'text/plain')
  }

  async function ready(pod: PodRef): Promise<PodHttpResponse> {
    const answer = await source.evidence('envoy.server_info', pod)
    if (!answer.ok) return gapPage(answer.gap)
    const info = parseJson(answer.value.bytes, 'server_info')
    const state = info.ok ? (textOf(info.value, 'state') ?? 'UNKNOWN') : 'UNKNOWN'
    return text(state === 'LIVE' ? 200 : 503, `${state}\n`)
  }

  async function proxyDump(pod: PodRef, proxyId: string): Promise<PodHttpResponse> {
    const dot = proxyId.lastIndexOf('.')
    if (dot <= 0) return text(404, 'proxyID must be in the form of <pod name>.<pod namespace>')
    const answer = await source.evidence('istiod.config_dump', {
      name: proxyId.slice(0, dot),
      namespace: proxyId.slice(dot + 1),
    })
    const answering = answer.ok ? answer.value.provenance.from : undefined
    if (answer.ok && answering !== undefined && answering !== 'node' && answering.split('.')[0] !== pod.name) {
      return text(404, 'Proxy not connected to this Pilot instance. It may be connected to another instance.')
    }
    return plain(answer, 'application/json')
  }

  return {
    async page(pod, method, url) {
      const {path, query} = splitRequestTarget(url)
      if (path === 'logging') {
        if (method !== 'POST') return text(405, 'Method GET not allowed, POST required.')
        if (query.size > 0) return text(405, 'this is a recording: log levels cannot be set')
        return (await ofZtunnel(pod, path)) ?? plain(await source.evidence('envoy.logging', pod), 'text/plain')
      }
      if (method !== 'GET' && method !== 'HEAD') return text(405, `Method ${method} not allowed, GET required.`)
      const page = await ofZtunnel(pod, path)
      if (page !== undefined) return page
      if (path === 'config_dump') return await configDump(pod, query)
      if (path === 'ready') return await ready(pod)
      if (path === 'debug/config_dump') return await proxyDump(pod, query.get('proxyID') ?? '')
      const id = PAGES.get(query.get('format') === 'json' ? `${path}?format=json` : path)
      if (id !== undefined)
        return plain(
          await source.evidence(id, pod),
          evidenceRow(id).extension === 'json' ? 'application/json' : 'text/plain',
        )
      const known = ['config_dump', ...[...PAGES.keys()].filter(each => each !== 'config_dump'), 'ready'].map(
        each => `/${each}`,
      )
      return text(404, `/${path} was not recorded. Recorded pages are: ${known.join(', ')}\n`)
    },
  }
}
