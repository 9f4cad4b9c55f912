import {own} from '../model/collections/own.js'
import type {RequestAttributes} from './authorizer.js'
import {parseResourcePath} from './resource-path.js'

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}
/** Every authenticated user may send these (the ClusterRole system:basic-user). */
const OPEN = /^selfsubject(?:access|rules)?reviews$/

function isWatch(query: URLSearchParams): boolean {
  return ['true', '1'].includes(query.get('watch') ?? '')
}

/** The name a list is limited to by its field selector, which RBAC takes for the name of the request. */
function selectedName(query: URLSearchParams): string | undefined {
  const [, name] = /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '') ?? []
  return name
}

/** What a request asks for (apiserver, RequestInfo); undefined for discovery, health and reviews of oneself, which are open to every user. */
export function attributesOf(method: string, path: string, query: URLSearchParams): RequestAttributes | undefined {
  const parsed = parseResourcePath(path)
  if (parsed === undefined || OPEN.test(parsed.resource)) return undefined
  const {group, resource, subresource, namespace, name} = parsed
  const plain = own(VERBS, method) ?? method.toLowerCase()
  const many = isWatch(query) ? 'watch' : 'list'
  const verb = plain === 'get' && name === undefined ? many : plain
  return {verb, group, resource, subresource, namespace, name: name ?? selectedName(query)}
}
