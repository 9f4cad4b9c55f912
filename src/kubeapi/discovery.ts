import {textOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {own} from '../model/collections/own.js'
import {byText} from '../model/text/order.js'
import type {Source} from '../sources/source.js'
import type {Resource} from './resources.js'

const UNKNOWN = 'v1.34.0'

/** The `/version` document: the captured kubelet version is used for the API server's, which is not captured. */
export async function serverVersion(source: Source): Promise<object> {
  const nodes = await source.objects({kind: 'Node'})
  const [node] = nodes.ok ? nodes.value : []
  const gitVersion = textOf(node, 'status', 'nodeInfo', 'kubeletVersion') ?? UNKNOWN
  const [, major = '1', minor = '34'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: source.origin.capturedAt ?? '',
    goVersion: '',
    compiler: 'meshctl',
    platform:
      textOf(node, 'status', 'nodeInfo', 'operatingSystem') === undefined
        ? 'linux/amd64'
        : `linux/${textOf(node, 'status', 'nodeInfo', 'architecture') ?? 'amd64'}`,
  }
}

const READ_VERBS = ['get', 'list', 'watch']
const SUBRESOURCE_VERBS: Readonly<Record<string, readonly string[]>> = {
  log: ['get'],
  exec: ['create', 'get'],
  attach: ['create', 'get'],
  portforward: ['create', 'get'],
}
/** Reviews can be created although nothing else can: clients send them before they try (kubectl auth can-i). */
const REVIEWS: readonly (readonly [group: string, version: string, kind: string, resource: string])[] = [
  ['authorization.k8s.io', 'v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'],
  ['authorization.k8s.io', 'v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews'],
  ['authentication.k8s.io', 'v1', 'SelfSubjectReview', 'selfsubjectreviews'],
]

interface Entry {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly resource: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly string[]
  readonly held: boolean
}

function entries(resources: readonly Resource[]): readonly Entry[] {
  const objects = resources.flatMap(each => each.versions.map(version => ({...each, version, verbs: READ_VERBS})))
  const reviews = REVIEWS.map(([group, version, kind, resource]) => ({
    group,
    version,
    kind,
    resource,
    namespaced: false,
    verbs: ['create'],
    shortNames: [],
    categories: [],
    subresources: [],
    held: false,
  }))
  return [...objects, ...reviews]
}

/** Versions of a group, best first: v1 before v1beta1 before v1alpha3 (Kubernetes version priority). */
function byPriority(a: string, b: string): number {
  const rank = (version: string) => {
    const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
    return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor)]
  }
  const [left, right] = [rank(a), rank(b)]
  return right.map((value, at) => value - (left[at] ?? 0)).find(difference => difference !== 0) ?? 0
}

/** Groups with something to show come first: kubectl takes a name of several groups (gateways) from the first. */
function groupsOf(all: readonly Entry[]): readonly {readonly group: string; readonly versions: readonly string[]}[] {
  const held = new Set(all.flatMap(each => (each.held ? [each.group] : [])))
  const groups = [...new Set(all.map(each => each.group))].sort(
    (a, b) => Number(held.has(b)) - Number(held.has(a)) || byText(a, b),
  )
  return groups.map(group => ({
    group,
    versions: [...new Set(all.filter(each => each.group === group).map(each => each.version))].sort(byPriority),
  }))
}

function aggregatedResource(each: Entry): object {
  const responseKind = {group: each.group, version: each.version, kind: each.kind}
  return {
    resource: each.resource,
    responseKind,
    scope: each.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: each.kind.toLowerCase(),
    verbs: each.verbs,
    ...definedFields({
      shortNames: each.shortNames.length > 0 ? each.shortNames : undefined,
      categories: each.categories.length > 0 ? each.categories : undefined,
      subresources:
        each.subresources.length > 0
          ? each.subresources.map(name => ({
              subresource: name,
              responseKind,
              verbs: own(SUBRESOURCE_VERBS, name) ?? ['get'],
            }))
          : undefined,
    }),
  }
}

/** The aggregated discovery document of the core group (`/api`) or of all named groups (`/apis`), as kubectl >= 1.26 asks for it. */
export function aggregatedDiscovery(resources: readonly Resource[], core: boolean): object {
  const all = entries(resources).filter(each => (each.group === '') === core)
  const items = groupsOf(all).map(({group, versions}) => ({
    metadata: group === '' ? {} : {name: group},
    versions: versions.map(version => ({
      version,
      resources: all.filter(each => each.group === group && each.version === version).map(aggregatedResource),
      freshness: 'Current',
    })),
  }))
  return {kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items}
}

function groupDocument({group, versions}: {readonly group: string; readonly versions: readonly string[]}): object {
  const named = versions.map(version => ({groupVersion: `${group}/${version}`, version}))
  return {name: group, versions: named, preferredVersion: named[0]}
}

/** The older `/apis` document: groups with their versions. */
export function groupList(resources: readonly Resource[]): object {
  const groups = groupsOf(entries(resources).filter(each => each.group !== ''))
  return {kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument)}
}

/** One group's document (`/apis/GROUP`); undefined if it is not served. */
export function groupOf(resources: readonly Resource[], group: string): object | undefined {
  const found = groupsOf(entries(resources)).find(each => each.group === group)
  return found === undefined ? undefined : {kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(found)}
}

/** The older list of a group version's resources; undefined if it is not served. */
export function resourceList(resources: readonly Resource[], group: string, version: string): object | undefined {
  const found = entries(resources).filter(each => each.group === group && each.version === version)
  if (found.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: found.flatMap(each => [
      {
        name: each.resource,
        singularName: each.kind.toLowerCase(),
        namespaced: each.namespaced,
        kind: each.kind,
        verbs: each.verbs,
        ...definedFields({
          shortNames: each.shortNames.length > 0 ? each.shortNames : undefined,
          categories: each.categories.length > 0 ? each.categories : undefined,
        }),
      },
      ...each.subresources.map(name => ({
        name: `${each.resource}/${name}`,
        singularName: '',
        namespaced: each.namespaced,
        kind: each.kind,
        verbs: own(SUBRESOURCE_VERBS, name) ?? ['get'],
      })),
    ]),
  }
}
