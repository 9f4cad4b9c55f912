import type {IncomingMessage, ServerResponse} from 'node:http'
import type {RbacRule} from '../formats/kube/rbac.js'
import type {Source} from '../sources/source.js'
import {aggregatedDiscovery, groupList, groupOf, resourceList, serverVersion} from './discovery.js'
import {SERVE_LIMITS} from './limits.js'
import {listPieces, metadataOnly, readContinue} from './list.js'
import {recordedLog} from './logs.js'
import {AGGREGATED_TYPE, shapeOf, wantsAggregated} from './negotiate.js'
import {podOf} from './pod-of.js'
import {parseResourcePath, type ResourcePath} from './resource-path.js'
import {sendBytes, sendJson, streamJson} from './respond.js'
import {answerReview} from './reviews.js'
import {ApiFailure, badRequest} from './status.js'
import {isSelected, type Store, selectionOf, underVersion} from './store.js'
import {singleTable, type TableOptions} from './table/table.js'
import {serveWatch} from './watch.js'

export interface ApiContext {
  readonly source: Source
  readonly store: Store
  /** The time ages are computed from. */
  readonly now: () => Date
  /** Rules that limit what is served; absent: everything can be read. */
  readonly rules?: readonly RbacRule[] | undefined
}

const NO_PAGE = Buffer.from('404 page not found\n')

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > SERVE_LIMITS.bodyBytes)
      throw new ApiFailure(413, 'RequestEntityTooLarge', `the body is larger than ${SERVE_LIMITS.bodyBytes} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function readOnly(method: string): ApiFailure {
  return new ApiFailure(
    405,
    'MethodNotAllowed',
    `${method} is not allowed: this server shows recorded evidence and cannot change anything`,
  )
}

/** A dummy token: istioctl requests one before it connects to istiod, and the recorded istiod accepts any. */
function tokenDocument(): object {
  const expirationTimestamp = new Date(Date.now() + SERVE_LIMITS.tokenMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const spec = {audiences: [], expirationSeconds: SERVE_LIMITS.tokenMs / 1000}
  const status = {token: 'recorded', expirationTimestamp}
  return {kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: {}, spec, status}
}

/** Discovery, version and health; undefined for any other path. */
function document(
  {store}: ApiContext,
  path: string,
  accept: string,
): {readonly body: object; readonly type?: string} | undefined {
  const [root, group, version, ...more] = path.split('/').filter(part => part !== '')
  if (more.length > 0) return undefined
  const aggregated = wantsAggregated(accept)
  if (root === 'api' && group === undefined) {
    if (aggregated) return {body: aggregatedDiscovery(store.resources, true), type: AGGREGATED_TYPE}
    return {body: {kind: 'APIVersions', apiVersion: 'v1', versions: ['v1'], serverAddressByClientCIDRs: []}}
  }
  if (root === 'api' && group === 'v1' && version === undefined)
    return {body: resourceList(store.resources, '', 'v1') ?? {}}
  if (root !== 'apis') return undefined
  if (group === undefined) {
    if (aggregated) return {body: aggregatedDiscovery(store.resources, false), type: AGGREGATED_TYPE}
    return {body: groupList(store.resources)}
  }
  const body = version === undefined ? groupOf(store.resources, group) : resourceList(store.resources, group, version)
  return body === undefined ? undefined : {body}
}

function tableOptions(query: URLSearchParams, now: Date): TableOptions {
  const include = query.get('includeObject')
  return {now, include: include === 'None' || include === 'Object' ? include : 'Metadata'}
}

async function serveObjects(
  context: ApiContext,
  response: ServerResponse,
  path: ResourcePath,
  query: URLSearchParams,
  accept: string,
): Promise<void> {
  const resource = context.store.resourceAt(path)
  // A real API server answers a group, version or resource it does not have in plain text; clients use that to distinguish it from a missing object.
  if (resource === undefined) return sendBytes(response, 404, 'text/plain; charset=utf-8', NO_PAGE)
  const apiVersion = path.group === '' ? path.version : `${path.group}/${path.version}`
  const shape = shapeOf(accept)
  const table = tableOptions(query, context.now())
  if (path.name !== undefined) {
    const object = underVersion(await context.store.get(resource, path.namespace, path.name), apiVersion)
    return sendJson(
      response,
      200,
      shape === 'table' ? singleTable(object, table) : shape === 'metadata' ? metadataOnly(object) : object,
    )
  }
  const {kind} = resource
  const selection = selectionOf(query, kind)
  const start = readContinue(query.get('continue'))
  const objects = await context.store.list(resource, path.namespace)
  if (['true', '1'].includes(query.get('watch') ?? '')) {
    return serveWatch(
      response,
      objects.filter(object => isSelected(object, selection)),
      {kind, apiVersion, shape, query, table},
    )
  }
  const limit = Number(query.get('limit') ?? 0)
  if (!Number.isInteger(limit) || limit < 0)
    throw badRequest(`limit ${JSON.stringify(query.get('limit'))} is not a number`)
  await streamJson(response, listPieces(objects, {kind, apiVersion, shape, selection, limit, start, table}))
}

/** Answers one request of the API; every failure is thrown as an ApiFailure. */
export async function serveApi(
  context: ApiContext,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
): Promise<void> {
  const method = request.method ?? 'GET'
  const accept = request.headers.accept ?? ''
  const resourcePath = parseResourcePath(path)
  if (method === 'POST' && resourcePath?.resource === 'serviceaccounts' && resourcePath.subresource === 'token') {
    return sendJson(response, 201, tokenDocument())
  }
  if (method === 'POST' && resourcePath !== undefined && resourcePath.name === undefined) {
    const review = answerReview(resourcePath.resource, await bodyOf(request), context.rules)
    if (review === undefined) throw readOnly(method)
    return sendJson(response, 201, review)
  }
  if (['exec', 'attach', 'portforward'].includes(resourcePath?.subresource ?? ''))
    throw badRequest('Upgrade request required')
  if (method !== 'GET' && method !== 'HEAD') throw readOnly(method)
  if (['/healthz', '/livez', '/readyz'].includes(path))
    return sendBytes(response, 200, 'text/plain; charset=utf-8', Buffer.from('ok'))
  if (path === '/version') return sendJson(response, 200, await serverVersion(context.source))
  const found = document(context, path, accept)
  if (found !== undefined) return sendJson(response, 200, found.body, found.type)
  if (resourcePath === undefined) return sendBytes(response, 404, 'text/plain; charset=utf-8', NO_PAGE)
  if (resourcePath.subresource === undefined) return await serveObjects(context, response, resourcePath, query, accept)
  if (resourcePath.resource === 'pods' && resourcePath.subresource === 'log') {
    const log = await recordedLog(context.source, await podOf(context.store, resourcePath), query)
    return sendBytes(response, 200, 'text/plain', log)
  }
  throw new ApiFailure(404, 'NotFound', 'the server could not find the requested resource')
}
