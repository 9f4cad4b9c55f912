import http, {type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {KINDS} from '../../src/model/kube/kinds.js'
import type {KubeObject} from '../../src/model/kube/kube-object.js'

/** A request that changed something. */
export interface Written {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

export interface ChurningApi {
  readonly url: string
  /** Makes or changes an object and tells every watch of its kind; resolves once the watches took it. */
  put(object: KubeObject): Promise<void>
  remove(kind: string, namespace: string, name: string): Promise<void>
  /** Ends every open watch, as a load balancer does. */
  cut(): void
  /** Forgets old versions: a watch that goes on from one is refused with 410. */
  expire(): void
  /** Requests so far: `list pods`, `watch pods`. */
  readonly asked: readonly string[]
  readonly written: readonly Written[]
  close(): Promise<void>
}

/** What the API answers in place of itself: a refusal of `list pods` or `watch pods`, or of a write, or nothing at all. */
export type Refuse = (request: string) => {readonly status: number; readonly body: string} | 'silence' | undefined

/** Past events that a watch can go on from. */
const HISTORY = 20_000

interface Watching {
  readonly namespace: string | undefined
  readonly response: ServerResponse
}

const LISTED = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/?]+)$/

/** An API server of objects in memory that change: lists with versions, watches that tell each change, writes that are kept. */
export async function churningApi(
  objects: readonly KubeObject[],
  refuse: Refuse = () => undefined,
): Promise<ChurningApi> {
  const held = new Map<string, Map<string, KubeObject>>()
  const watches = new Map<string, Set<Watching>>()
  const asked: string[] = []
  const written: Written[] = []
  const history: {
    readonly version: number
    readonly resource: string
    readonly type: string
    readonly object: KubeObject
  }[] = []
  let version = 1000
  let oldest = 0
  const resourceOf = (kind: string) => KINDS.find(each => each.kind === kind)?.resource ?? kind
  const listOf = (resource: string) => {
    const list = held.get(resource) ?? new Map<string, KubeObject>()
    held.set(resource, list)
    return list
  }
  const keyOf = (object: KubeObject) => `${object.metadata.namespace ?? ''}/${object.metadata.name}`
  const versioned = (object: KubeObject): KubeObject => {
    version += 1
    return {...object, metadata: {...object.metadata, resourceVersion: String(version)}} as KubeObject
  }
  for (const object of objects) listOf(resourceOf(object.kind)).set(keyOf(object), versioned(object))

  async function tell(resource: string, type: string, object: KubeObject): Promise<void> {
    history.push({version, resource, type, object})
    if (history.length > HISTORY) oldest = history.splice(0, HISTORY / 2).at(-1)?.version ?? oldest
    const line = `${JSON.stringify({type, object})}\n`
    for (const {namespace, response} of watches.get(resource) ?? [])
      if (namespace === undefined || namespace === object.metadata.namespace)
        if (!response.write(line)) await new Promise(resolve => response.once('drain', resolve))
  }

  function watch(
    resource: string,
    namespace: string | undefined,
    query: URLSearchParams,
    response: ServerResponse,
  ): void {
    const from = Number(query.get('resourceVersion'))
    if (from < oldest) {
      response.writeHead(200, {'content-type': 'application/json'})
      const status = {kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410}
      response.end(`${JSON.stringify({type: 'ERROR', object: status})}\n`)
      return
    }
    response.writeHead(200, {'content-type': 'application/json'})
    response.flushHeaders()
    for (const past of history)
      if (
        past.version > from &&
        past.resource === resource &&
        (namespace ?? past.object.metadata.namespace) === past.object.metadata.namespace
      )
        response.write(`${JSON.stringify({type: past.type, object: past.object})}\n`)
    const ends = setTimeout(() => response.end(), Number(query.get('timeoutSeconds') ?? 300) * 1000)
    const own = {namespace, response}
    const open = watches.get(resource) ?? new Set<Watching>()
    watches.set(resource, open.add(own))
    response.once('close', () => {
      clearTimeout(ends)
      open.delete(own)
    })
  }

  const server = http.createServer(async (request, response) => {
    const {pathname, searchParams} = new URL(request.url ?? '/', 'http://api')
    const [, , namespace, resource = ''] = LISTED.exec(pathname) ?? []
    const verb = request.method !== 'GET' ? request.method : searchParams.has('watch') ? 'watch' : 'list'
    asked.push(`${verb} ${resource === '' ? pathname : resource}`)
    const refused = refuse(`${verb} ${resource === '' ? pathname : resource}`)
    if (refused === 'silence') return
    if (refused !== undefined) {
      response.writeHead(refused.status, {'content-type': 'application/json'}).end(refused.body)
      return
    }
    if (request.method !== 'GET') {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      written.push({method: request.method ?? '', path: pathname, body: JSON.parse(body)})
      response.writeHead(201, {'content-type': 'application/json'}).end(body)
      return
    }
    if (resource === '') {
      response.writeHead(404, {'content-type': 'text/plain'}).end('404 page not found\n')
      return
    }
    if (verb === 'watch') return watch(resource, namespace, searchParams, response)
    const items = [...listOf(resource).values()].filter(
      each => namespace === undefined || each.metadata.namespace === namespace,
    )
    const kind = `${KINDS.find(each => each.resource === resource)?.kind ?? 'Object'}List`
    const list = {kind, apiVersion: 'v1', metadata: {resourceVersion: String(version)}, items}
    response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(list))
  })
  server.keepAliveTimeout = 120_000
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    written,
    async put(object) {
      const list = listOf(resourceOf(object.kind))
      const type = list.has(keyOf(object)) ? 'MODIFIED' : 'ADDED'
      const now = versioned(object)
      list.set(keyOf(now), now)
      await tell(resourceOf(object.kind), type, now)
    },
    async remove(kind, namespace, name) {
      const list = listOf(resourceOf(kind))
      const object = list.get(`${namespace}/${name}`)
      if (object === undefined) throw new Error(`no ${kind} ${namespace}/${name}`)
      list.delete(`${namespace}/${name}`)
      await tell(resourceOf(kind), 'DELETED', versioned(object))
    },
    cut() {
      for (const open of watches.values()) {
        for (const {response} of open) response.destroy()
        open.clear()
      }
    },
    expire() {
      version += 1
      oldest = version
      history.length = 0
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
