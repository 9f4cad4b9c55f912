import {type EarlierRejection, earlierRejections} from '../../analysis/sync-reason/earlier-rejections.js'
import {patchesType} from '../../analysis/sync-reason/patched-type.js'
import {appliedInstead, parseRejection} from '../../analysis/sync-reason/rejection.js'
import {xdsTypeNamed} from '../../model/envoy/xds-type.js'
import type {EnvoyFilterModel} from '../../model/istio/istio-traffic.js'
import {objectLabel, type PodModel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {defineRule, type Found} from '../rule.js'

/** The EnvoyFilters that apply to the pod (its namespace and the root one, workloadSelector) and name the resource; where Envoy names none, those whose patches are of the type. */
function suspectsOf(
  resource: string | undefined,
  type: string,
  pod: PodModel,
  filters: readonly EnvoyFilterModel[],
  root: string,
): readonly EnvoyFilterModel[] {
  return filters.filter(
    ({object, selector, text}) =>
      [root, pod.object.namespace].includes(object.namespace) &&
      (selector === undefined || matchesLabels(requirementsOf(selector), pod.labels)) &&
      (resource === undefined ? patchesType(text, type) : text.includes(JSON.stringify(resource))),
  )
}

/** What to correct, given the labels of the EnvoyFilters found. */
function adviceOn(names: string, resource: string | undefined): string {
  if (names === '') return 'Correct or delete the Istio object that the rejected resource comes from.'
  return resource === undefined
    ? `Envoy names no resource: start with ${names}.`
    : `Correct or delete ${names}, which refers to ${resource}.`
}

/** A rejection that istiod no longer reports, because Envoy accepted a later update: firm while an EnvoyFilter that may cause it is still there. */
function unhealed({type, times, at, message, line}: EarlierRejection, filters: readonly EnvoyFilterModel[]): Found {
  const names = filters.map(({object}) => objectLabel(object)).join(', ')
  const when = `${at === undefined ? '' : ` at ${at}`}${times === 1 ? '' : `, ${times} times since the proxy started`}`
  return {
    severity: filters.length === 0 ? 'info' : 'warning',
    message: `Envoy rejected an update of ${type}${when}: ${message.replace(/[.\s]{1,20}$/, '')}. Later updates were accepted, but they carry only what changed since: what was rejected may be missing still.`,
    fix: `meshctl diff POD shows what the proxy lacks.${names === '' ? '' : ` Correct or delete ${names}, then restart the pod: it starts with all of its configuration.`}`,
    proof: [
      {from: 'log of istio-proxy', text: line.replace(/\t/g, ' ')},
      ...filters.map(({object}) => ({from: objectLabel(object), text: `patches ${type}`})),
    ],
  }
}

export const rule = defineRule({
  code: 'MCT1902',
  slug: 'config-rejected',
  aliases: [],
  severity: 'error',
  title: 'Envoy rejected its configuration',
  why: 'The rejected resource keeps its last accepted version, or is missing in a proxy that never had one; a restarted pod starts without it.',
  fix: 'Correct or delete the Istio object that the rejected resource comes from.',
  references: ['https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  uses: ['envoyFilters', 'mesh', 'proxyLog'],
  check: ({pod}, {controlPlane, envoyFilters = [], mesh, proxyLog}) => {
    const root = mesh?.rootNamespace ?? 'istio-system'
    const types = controlPlane.connections.flatMap(each => each.types)
    const now = types.flatMap(({type, state, error = '', sentAt}) =>
      state !== 'ERROR'
        ? []
        : parseRejection(error, xdsTypeNamed(type).noun).map(({resource, message, origin}) => {
            const filters = suspectsOf(resource, type, pod, envoyFilters, root)
            const names = filters.map(({object}) => objectLabel(object)).join(', ')
            return {
              message: `Envoy rejected ${resource === undefined ? type : `${xdsTypeNamed(type).noun} ${resource} (${type})`}: ${message}.`,
              fix: `${adviceOn(names, resource)} ${appliedInstead(error, xdsTypeNamed(type).noun)}`,
              proof: [
                {
                  from: "istiod's syncz",
                  text: `${type} lastError: ${error}${sentAt === undefined ? '' : ` (sent ${sentAt})`}`,
                },
                ...(origin === undefined ? [] : [{from: 'origin', text: `${origin.kind}: ${origin.because}`}]),
                ...filters.map(({object}) => ({
                  from: objectLabel(object),
                  text: resource === undefined ? `patches ${type}` : `refers to ${resource}`,
                })),
              ],
            }
          }),
    )
    const before = types.flatMap(({type, state}) => {
      const earlier = state === 'SYNCED' && proxyLog !== undefined ? earlierRejections(proxyLog).get(type) : undefined
      if (earlier === undefined) return []
      const [rejected] = parseRejection(earlier.message, xdsTypeNamed(type).noun)
      return [unhealed(earlier, suspectsOf(rejected?.resource, type, pod, envoyFilters, root))]
    })
    return [...now, ...before]
  },
})
