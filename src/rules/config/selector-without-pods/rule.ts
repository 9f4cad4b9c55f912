import {labelsText} from '../../../analysis/istio-config/label-selection.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {objectOf, textMapOf} from '../../../formats/decode.js'
import {own} from '../../../model/collections/own.js'
import type {ConfigObject} from '../../../model/istio-config/config-object.js'
import type {Labels} from '../../../model/kube/selector.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

/** Where a kind has its selector; the kinds with a code of istioctl for it have rules of their own. */
const SELECTORS: Readonly<Record<string, readonly [field: string, labels: string]>> = {
  DestinationRule: ['workloadSelector', 'matchLabels'],
  EnvoyFilter: ['workloadSelector', 'labels'],
  PeerAuthentication: ['selector', 'matchLabels'],
  ProxyConfig: ['selector', 'matchLabels'],
  RequestAuthentication: ['selector', 'matchLabels'],
  TrafficExtension: ['selector', 'matchLabels'],
  WasmPlugin: ['selector', 'matchLabels'],
}

function selectorOf({kind, raw}: ConfigObject): {readonly labels: Labels; readonly path: string} | undefined {
  const [field = '', labels = ''] = own(SELECTORS, kind) ?? []
  if (objectOf(raw, 'spec', field) === undefined) return undefined
  return {labels: textMapOf(raw, 'spec', field, labels), path: `spec.${field}.${labels}`}
}

export const rule: ConfigRule = {
  code: 'MCT2166',
  slug: 'selector-without-pods',
  aliases: [],
  severity: 'warning',
  title: 'Selector matches no pod',
  why: 'The settings apply to nothing: a selector means the labels of pods, in the namespace of the object.',
  fix: 'Use labels that the pods have, or move the object to their namespace.',
  references: [
    'https://istio.io/latest/docs/reference/config/type/workload-selector/',
    'https://github.com/istio/istio.io/issues/7613',
  ],
  kinds: Object.keys(SELECTORS),
  needs: [POD_KINDS],
  suspects: true,
  check: set =>
    Object.keys(SELECTORS)
      .flatMap(kind => set.of(kind))
      .flatMap(object => {
        const selector = selectorOf(object)
        if (selector === undefined || Object.keys(selector.labels).length === 0) return []
        const {namespace} = object.ref
        const everywhere = namespace === set.mesh.rootNamespace
        const external = set.of('WorkloadEntry').length > 0
        if (external || podsSelected(set, selector.labels, everywhere ? undefined : namespace).length > 0) return []
        const [other] = podsSelected(set, selector.labels)
        const elsewhere = other === undefined ? '' : `; such pods are in ${other.object.ref.namespace}`
        const where = everywhere ? 'the mesh' : namespace
        const message = `No pod of ${where} has the labels ${labelsText(selector.labels)}${elsewhere}.`
        return [{object, path: selector.path, message}]
      }),
}
