import {definedFields} from '../model/collections/defined-fields.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import type {Shape} from './negotiate.js'
import {badRequest} from './status.js'
import {isSelected, RESOURCE_VERSION, type Selection, underVersion} from './store.js'
import type {TableOptions} from './table/table.js'
import {columnDefinitions, tableRow} from './table/table.js'

export interface ListRequest {
  readonly kind: string
  readonly apiVersion: string
  readonly shape: Shape
  readonly selection: Selection
  readonly limit: number
  readonly start: number
  readonly table: TableOptions
}

/** Where a list continues: the position after the last visited object. */
function continueToken(at: number): string {
  return Buffer.from(JSON.stringify({v: 1, at})).toString('base64url')
}

/** The position of a continue token; an invalid one is a 400, as on a real server. */
export function readContinue(token: string | null): number {
  if (token === null || token === '') return 0
  try {
    const {at} = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as {at?: unknown}
    if (typeof at === 'number' && Number.isSafeInteger(at) && at >= 0) return at
  } catch {
    // Not a token of this server: answered below.
  }
  throw badRequest('continue key is not valid: it was not made by this server')
}

/** The object as PartialObjectMetadata. */
export function metadataOnly(object: KubeObject): object {
  return {kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata}
}

interface Page {
  readonly items: readonly KubeObject[]
  readonly metadata: object
}

function page(objects: readonly KubeObject[], {selection, limit, start}: ListRequest): Page {
  const items: KubeObject[] = []
  let at = start
  while (at < objects.length && (limit <= 0 || items.length < limit)) {
    const object = objects[at]
    if (object !== undefined && isSelected(object, selection)) items.push(object)
    at += 1
  }
  const more = limit > 0 && objects.slice(at).some(object => isSelected(object, selection))
  const whole = selection.labels.length === 0 && selection.fields.length === 0
  return {
    items,
    metadata: {
      resourceVersion: RESOURCE_VERSION,
      ...(more
        ? {continue: continueToken(at), ...definedFields({remainingItemCount: whole ? objects.length - at : undefined})}
        : {}),
    },
  }
}

/** The JSON text of a list, object by object: kind and metadata come first, so that a reader knows early whether more pages follow. */
export function* listPieces(objects: readonly KubeObject[], request: ListRequest): Generator<string> {
  const {items, metadata} = page(objects, request)
  const {kind, apiVersion, shape, table} = request
  const head = (listKind: string, version: string) =>
    `{"kind":${JSON.stringify(listKind)},"apiVersion":${JSON.stringify(version)},"metadata":${JSON.stringify(metadata)}`
  if (shape === 'table') {
    yield `${head('Table', 'meta.k8s.io/v1')},"columnDefinitions":${JSON.stringify(columnDefinitions(kind, apiVersion))},"rows":[`
  } else if (shape === 'metadata') yield `${head('PartialObjectMetadataList', 'meta.k8s.io/v1')},"items":[`
  else yield `${head(`${kind}List`, apiVersion)},"items":[`
  let comma = ''
  for (const object of items) {
    const shown =
      shape === 'table'
        ? tableRow(underVersion(object, apiVersion), table)
        : shape === 'metadata'
          ? metadataOnly(object)
          : underVersion(object, apiVersion)
    yield comma + JSON.stringify(shown)
    comma = ','
  }
  yield ']}\n'
}
