import type {ServerResponse} from 'node:http'
import type {KubeObject} from '../model/kube/kube-object.js'
import {metadataOnly} from './list.js'
import type {Shape} from './negotiate.js'
import {RESOURCE_VERSION, underVersion} from './store.js'
import {singleTable, type TableOptions} from './table/table.js'

export interface WatchRequest {
  readonly kind: string
  readonly apiVersion: string
  readonly shape: Shape
  readonly query: URLSearchParams
  readonly table: TableOptions
}

const DEFAULT_SECONDS = 300
const MAX_SECONDS = 3600

function shown(object: KubeObject, {shape, apiVersion, table}: WatchRequest): object {
  const versioned = underVersion(object, apiVersion)
  if (shape === 'metadata') return metadataOnly(versioned)
  return shape === 'table' ? singleTable(versioned, table) : versioned
}

/**
 * A watch on objects that never change: the initial events and a bookmark (if requested), then nothing until the timeout.
 * Headers are sent immediately: a client waits for them before it starts its own deadline. It must not end early, or clients watch in a loop.
 */
export function serveWatch(response: ServerResponse, objects: readonly KubeObject[], request: WatchRequest): void {
  const {query, kind, apiVersion} = request
  response.writeHead(200, {'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private'})
  response.flushHeaders()
  const event = (type: string, object: object) => response.write(`${JSON.stringify({type, object})}\n`)
  const initial = query.get('sendInitialEvents') === 'true'
  const version = query.get('resourceVersion') ?? ''
  if (initial || version === '' || version === '0') for (const object of objects) event('ADDED', shown(object, request))
  if (initial) {
    const identity =
      request.shape === 'metadata' ? {kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1'} : {kind, apiVersion}
    const annotations = {'k8s.io/initial-events-end': 'true'}
    event('BOOKMARK', {...identity, metadata: {resourceVersion: RESOURCE_VERSION, annotations}})
  }
  const asked = Number(query.get('timeoutSeconds') ?? DEFAULT_SECONDS)
  const seconds = Number.isFinite(asked) && asked > 0 ? Math.min(asked, MAX_SECONDS) : DEFAULT_SECONDS
  const timer = setTimeout(() => response.end(), seconds * 1000)
  response.once('close', () => clearTimeout(timer))
}
