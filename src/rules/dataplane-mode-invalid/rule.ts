import type {NamespaceModel} from '../../model/istio/injection.js'
import {DATAPLANE_LABEL} from '../../model/istio/mesh-keys.js'
import type {PodModel} from '../../model/kube/pod.js'
import {isTemplated} from '../../model/text/templated.js'
import {setInMap} from '../patch-steps.js'
import {defineRule, type Found} from '../rule.js'

/** The values istio-cni and istiod know (istio/api, label/labels.yaml: istio.io/dataplane-mode); any other is like none at all. */
const VALUES = ['ambient', 'none']

function wrongValue(labels: Readonly<Record<string, string>>): string | undefined {
  const value = labels[DATAPLANE_LABEL]
  return value === undefined || VALUES.includes(value) || isTemplated(value) ? undefined : value
}

const intended = (value: string) => VALUES.find(each => each === value.toLowerCase())

function ofNamespace(namespace: NamespaceModel | undefined): readonly Found[] {
  const value = namespace === undefined ? undefined : wrongValue(namespace.labels)
  if (namespace === undefined || value === undefined) return []
  return [
    {
      message: `Namespace ${namespace.name} has ${DATAPLANE_LABEL}: "${value}", which is neither "ambient" nor "none": its pods are not enrolled.`,
      object: {kind: 'Namespace', namespace: '', name: namespace.name},
      path: `metadata.labels["${DATAPLANE_LABEL}"]`,
      fix: `kubectl label namespace ${namespace.name} ${DATAPLANE_LABEL}=${intended(value) ?? 'ambient'} --overwrite (or remove the label)`,
      proof: [{from: `Namespace ${namespace.name}`, text: `${DATAPLANE_LABEL}: "${value}"`}],
    },
  ]
}

function ofPod(pod: PodModel): readonly Found[] {
  const value = wrongValue(pod.labels)
  if (value === undefined) return []
  const meant = intended(value)
  return [
    {
      message: `${DATAPLANE_LABEL}: "${value}" is neither "ambient" nor "none": the label of the Namespace decides.`,
      path: `${pod.metadataPath}.labels["${DATAPLANE_LABEL}"]`,
      proof: [{from: `${pod.metadataPath}.labels`, text: `${DATAPLANE_LABEL}: "${value}"`}],
      patch: meant === undefined ? undefined : setInMap(pod, 'labels', DATAPLANE_LABEL, meant),
    },
  ]
}

export const rule = defineRule({
  code: 'MCT1616',
  slug: 'dataplane-mode-invalid',
  aliases: [],
  severity: 'warning',
  title: 'Label istio.io/dataplane-mode has an invalid value',
  why: 'Only "ambient" and "none" count, in lower case; any other value enrols no pod and opts none out, without a message.',
  fix: 'Set "ambient" or "none", or remove the label.',
  references: ['https://istio.io/latest/docs/ambient/usage/add-workloads/'],
  modes: ['sidecar', 'ambient', 'none'],
  needs: [],
  needsToPass: ['namespace'],
  check: ({pod}, {namespace}) => [...ofNamespace(namespace), ...ofPod(pod)],
})
