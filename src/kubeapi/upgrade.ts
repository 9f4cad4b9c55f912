import {createWebSocketStream} from 'ws'
import {isIstiod} from '../formats/kube-pod/istiod-pod.js'
import {type KubeObject, podRefOf} from '../model/kube/kube-object.js'
import type {Source} from '../sources/source.js'
import {EXEC_V4, EXEC_V5, PORT_FORWARD_V4} from '../wire/channels.js'
import {playOverChannels, playOverSpdy} from './exec-sessions.js'
import {forwardOverChannels, forwardOverSpdy} from './forward-sessions.js'
import {type Handshakes, handshakes, type UpgradeRequest} from './handshakes.js'
import type {PodEndpoints} from './pod-endpoints.js'
import {containerOf, podOf, requireNode} from './pod-of.js'
import type {PodPorts} from './pod-ports.js'
import {recordedRun} from './recorded-exec.js'
import {parseResourcePath} from './resource-path.js'
import {ApiFailure, badRequest, notFoundFailure} from './status.js'
import type {Store} from './store.js'

/** SPDY inside a WebSocket (kubectl >= 1.31). */
const SPDY_TUNNEL = 'SPDY/3.1+portforward.k8s.io'
const EXEC = {spdy: ['v4.channel.k8s.io'], webSocket: [EXEC_V5, EXEC_V4]} as const
const FORWARD = {spdy: ['portforward.k8s.io'], webSocket: [SPDY_TUNNEL, PORT_FORWARD_V4]} as const
const MAX_UPGRADES = 256
const MAX_PORTS = 16

export interface UpgradeContext {
  readonly source: Source
  readonly store: Store
  readonly pages: PodEndpoints
  readonly ports: PodPorts
}

export interface Upgrades {
  handle(request: UpgradeRequest, path: string, query: URLSearchParams): Promise<void>
  close(): void
}

function portsOf(query: URLSearchParams): readonly number[] {
  const words = [...query.getAll('ports'), ...query.getAll('port')]
    .flatMap(each => each.split(','))
    .filter(each => each !== '')
  if (words.length === 0) throw badRequest('query parameter "port" is required')
  const ports = words.map(Number)
  if (ports.length > MAX_PORTS || ports.some(port => !Number.isInteger(port) || port < 1 || port > 65_535)) {
    throw badRequest(`invalid port "${words.join(',')}"`)
  }
  return ports
}

const flag = (query: URLSearchParams, name: string) => ['1', 'true'].includes(query.get(name) ?? '')

/** A request to a pod, with the protocols still to be agreed on. */
interface PodUpgrade {
  readonly asked: UpgradeRequest
  readonly pod: KubeObject
  readonly query: URLSearchParams
  readonly shake: Handshakes
}

async function exec({source, pages}: UpgradeContext, {asked, pod, query, shake}: PodUpgrade): Promise<void> {
  containerOf(pod, query.get('container'))
  const streams = {stdin: flag(query, 'stdin'), stdout: flag(query, 'stdout'), stderr: flag(query, 'stderr')}
  if (!streams.stdin && !streams.stdout && !streams.stderr)
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
  const run = await recordedRun(source, pages, podRefOf(pod), query.getAll('command'))
  const agreed = shake.agree(asked, EXEC)
  if (agreed?.over === 'spdy') playOverSpdy(agreed.connection, run, streams)
  else agreed?.use(accepted => playOverChannels(accepted, run, streams).catch(() => accepted.terminate()))
}

function forward({ports}: UpgradeContext, {asked, pod, query, shake}: PodUpgrade): void {
  const {name} = pod.metadata
  const dial = ports.dialer({namespace: pod.metadata.namespace ?? 'default', name}, isIstiod(pod))
  const agreed = shake.agree(asked, FORWARD)
  if (agreed?.over === 'spdy') forwardOverSpdy(agreed.connection, name, dial)
  else if (agreed?.protocol === SPDY_TUNNEL)
    agreed.use(accepted => forwardOverSpdy(createWebSocketStream(accepted), name, dial))
  else if (agreed !== undefined) {
    const requested = portsOf(query)
    agreed.use(accepted => forwardOverChannels(accepted, requested, name, dial))
  }
}

/** Serves exec, attach and port-forward over WebSocket channels, over SPDY in a WebSocket, and over raw SPDY. */
export function upgrades(context: UpgradeContext): Upgrades {
  const open = new Set<UpgradeRequest['socket']>()
  const shake = handshakes()
  return {
    async handle(asked, pathText, query) {
      const path = parseResourcePath(pathText)
      if (path?.resource !== 'pods' || path.subresource === undefined) throw badRequest('this path cannot be upgraded')
      if (open.size >= MAX_UPGRADES)
        throw new ApiFailure(429, 'TooManyRequests', `${MAX_UPGRADES} streams are open already`)
      open.add(asked.socket)
      asked.socket.once('close', () => open.delete(asked.socket))
      const pod = await podOf(context.store, path)
      requireNode(pod)
      const {subresource} = path
      if (subresource === 'exec') await exec(context, {asked, pod, query, shake})
      else if (subresource === 'portforward') forward(context, {asked, pod, query, shake})
      else if (subresource === 'attach') {
        const why = 'this server shows recorded evidence: there is no process to attach to'
        throw new ApiFailure(405, 'MethodNotAllowed', why)
      } else throw notFoundFailure(`pods/${subresource}`, '', path.name ?? '')
    },
    close() {
      for (const socket of open) socket.destroy()
      context.ports.close()
      shake.close()
    },
  }
}
