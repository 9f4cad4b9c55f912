import {flagOf, listOf, textOf, textsOf} from '../formats/decode.js'
import {own} from '../model/collections/own.js'
import {KINDS} from '../model/kube/kinds.js'
import type {KubeObject} from '../model/kube/kube-object.js'

/** A kind as the API serves it: every version of a group is the same objects under another apiVersion. */
export interface Resource {
  readonly group: string
  /** The first is preferred. */
  readonly versions: readonly string[]
  readonly kind: string
  readonly resource: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly string[]
  /** The source holds a list of this kind. */
  readonly held: boolean
}

/** Kinds that clients request in addition to those meshctl uses. */
const MORE: readonly (readonly [
  kind: string,
  apiVersion: string,
  resource: string,
  namespaced: boolean,
  shortNames: string,
])[] = [
  ['Secret', 'v1', 'secrets', true, ''],
  ['PersistentVolumeClaim', 'v1', 'persistentvolumeclaims', true, 'pvc'],
  ['HorizontalPodAutoscaler', 'autoscaling/v2', 'horizontalpodautoscalers', true, 'hpa'],
  ['PodDisruptionBudget', 'policy/v1', 'poddisruptionbudgets', true, 'pdb'],
  ['Ingress', 'networking.k8s.io/v1', 'ingresses', true, 'ing'],
]

/** Versions a group's kinds are served under besides the stored one (istio manifests/charts/base/files/crd-all.gen.yaml). */
const OTHER_VERSIONS: Readonly<Record<string, readonly string[]>> = {
  'networking.istio.io': ['v1', 'v1beta1', 'v1alpha3'],
  'security.istio.io': ['v1', 'v1beta1'],
  'telemetry.istio.io': ['v1', 'v1alpha1'],
}
const SINGLE_VERSION = new Set(['EnvoyFilter', 'ProxyConfig'])

const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io': ['api-extensions'],
  'apiextensions.k8s.io': ['api-extensions'],
  'networking.istio.io': ['istio-io', 'networking-istio-io'],
  'security.istio.io': ['istio-io', 'security-istio-io'],
  'telemetry.istio.io': ['istio-io', 'telemetry-istio-io'],
  'extensions.istio.io': ['istio-io', 'extensions-istio-io'],
}
const ALL_CATEGORY = new Set([
  'Pod',
  'Service',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
  'HorizontalPodAutoscaler',
])

/** Splits `group/version`; the core group has no name. */
export function groupVersion(apiVersion: string): {readonly group: string; readonly version: string} {
  const slash = apiVersion.indexOf('/')
  return slash < 0
    ? {group: '', version: apiVersion}
    : {group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1)}
}

/** English plural as Kubernetes forms resource names, for kinds no table knows. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase()
  if (/(s|x|ch|sh)$/.test(lower)) return lower.endsWith('endpoints') ? lower : `${lower}es`
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`
}

function resource(
  kind: string,
  apiVersion: string,
  plural: string,
  namespaced: boolean,
  shortNames: readonly string[],
  held: boolean,
): Resource {
  const {group, version} = groupVersion(apiVersion)
  const others = SINGLE_VERSION.has(kind) ? [] : (own(OTHER_VERSIONS, group) ?? []).filter(each => each !== version)
  return {
    group,
    versions: [version, ...others],
    kind,
    resource: plural,
    namespaced,
    shortNames,
    categories: [...(own(CATEGORIES, group) ?? []), ...(held && ALL_CATEGORY.has(kind) ? ['all'] : [])],
    subresources: kind === 'Pod' && group === '' ? ['log', 'exec', 'attach', 'portforward'] : [],
    held,
  }
}

/** A kind with objects in the source, under the version they were captured in. */
export interface HeldKind {
  readonly kind: string
  readonly apiVersion: string
  readonly namespaced?: boolean
}

/** The kinds that CustomResourceDefinitions define, whether the source holds objects of them or not. */
export function definedResources(definitions: readonly KubeObject[]): readonly Resource[] {
  return definitions.flatMap((definition): Resource[] => {
    const [group, kind, plural] = [['group'], ['names', 'kind'], ['names', 'plural']].map(path =>
      textOf(definition, 'spec', ...path),
    )
    const versions = listOf(definition, 'spec', 'versions').flatMap(each =>
      flagOf(each, 'served') === false ? [] : (textOf(each, 'name') ?? []),
    )
    if (group === undefined || kind === undefined || plural === undefined || versions.length === 0) return []
    return [
      {
        group,
        versions,
        kind,
        resource: plural,
        namespaced: textOf(definition, 'spec', 'scope') !== 'Cluster',
        shortNames: textsOf(definition, 'spec', 'names', 'shortNames'),
        categories: textsOf(definition, 'spec', 'names', 'categories'),
        subresources: [],
        held: false,
      },
    ]
  })
}

/** Every kind to serve: those in the source (in their captured version), and those clients may request, so that their absence can be explained. */
export function servedResources(held: readonly HeldKind[], defined: readonly Resource[] = []): readonly Resource[] {
  const known = [
    ...KINDS.map(each => [each.kind, each.apiVersion, each.resource, each.namespaced, each.shortNames] as const),
    ...MORE.map(
      ([kind, apiVersion, plural, namespaced, names]) =>
        [kind, apiVersion, plural, namespaced, names === '' ? [] : names.split(' ')] as const,
    ),
  ]
  const isHeld = (kind: string, group: string) =>
    held.find(each => each.kind === kind && groupVersion(each.apiVersion).group === group)
  const table = known.map(([kind, apiVersion, plural, namespaced, names]) => {
    const found = isHeld(kind, groupVersion(apiVersion).group)
    return resource(kind, found?.apiVersion ?? apiVersion, plural, namespaced, names, found !== undefined)
  })
  const extra = held
    .filter(
      each => !table.some(known => known.kind === each.kind && known.group === groupVersion(each.apiVersion).group),
    )
    .map(each => resource(each.kind, each.apiVersion, pluralOf(each.kind), each.namespaced ?? true, [], true))
  const served = [...table, ...extra]
  const isServed = ({kind, group}: Resource) => served.some(each => each.kind === kind && each.group === group)
  return [...served, ...defined.filter(each => !isServed(each))]
}
