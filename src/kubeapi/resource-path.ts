import {definedFields} from '../model/collections/defined-fields.js'
/** A parsed request path (Kubernetes API concepts, "Resource URIs"). */
export interface ResourcePath {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`; undefined for any other path. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const raw = path.split('/').filter(part => part !== '')
  const parts = raw.map(decoded).filter(part => part !== undefined)
  if (parts.length !== raw.length) return undefined
  const [root, ...rest] = parts
  const [group, version, ...tail] = root === 'api' ? ['', ...rest] : root === 'apis' ? rest : []
  if (group === undefined || version === undefined || tail.length === 0) return undefined
  const scoped = tail[0] === 'namespaces' && tail.length > 2
  const [resource = '', name, subresource, ...beyond] = scoped ? tail.slice(2) : tail
  if (beyond.length > 0) return undefined
  return {
    group,
    version,
    resource,
    ...definedFields({namespace: scoped && tail[1] !== undefined ? tail[1] : undefined}),
    name,
    subresource,
  }
}
