import {workloadIsAmbient} from '../../../analysis/istio-config/mesh-pods.js'
import {DATAPLANE_LABEL, INJECT_LABEL, INJECTION_LABEL} from '../../../model/istio/mesh-keys.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {WorkloadConfig} from '../../../model/istio-config/kubernetes.js'
import {hasEnded} from '../../../model/kube/pod.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

function optedOut({labels, annotations}: WorkloadConfig): boolean {
  return (labels[INJECT_LABEL] ?? annotations[INJECT_LABEL] ?? '').toLowerCase() === 'false'
}

export const rule: ConfigRule = {
  code: 'MCT2043',
  slug: 'pod-without-proxy',
  aliases: ['IST0103'],
  severity: 'warning',
  title: 'Pod of an injected namespace has no proxy',
  why: 'Its traffic bypasses the mesh, and clients that use mutual TLS cannot reach it.',
  fix: 'Recreate the pod: kubectl rollout restart.',
  references: [analysisPage('IST0103')],
  kinds: ['Pod'],
  needs: ['Namespace'],
  check: set =>
    set
      .workloads()
      .filter(each => {
        const namespace = set.namespaceLabels(each.object.ref.namespace)
        return (
          each.pod &&
          each.object.ref.namespace !== set.istioNamespace &&
          namespace[INJECTION_LABEL] === 'enabled' &&
          namespace[DATAPLANE_LABEL] !== 'ambient' &&
          !each.hostNetwork &&
          !hasEnded(each.phase) &&
          !optedOut(each) &&
          !workloadIsAmbient(each) &&
          !each.containers.some(({name, image}) => name === 'istio-proxy' && image !== '')
        )
      })
      .map(({object}) => ({
        object,
        path: 'spec.containers',
        message: `Pod ${fullName(object)} has no istio-proxy container, although its namespace is injected.`,
      })),
}
