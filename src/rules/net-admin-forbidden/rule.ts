import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

const FORBIDDING = ['baseline', 'restricted']
const ENFORCE = 'pod-security.kubernetes.io/enforce'

export const rule = defineRule({
  code: 'MCT1003',
  slug: 'net-admin-forbidden',
  aliases: [],
  severity: 'error',
  title: 'Pod Security forbids what istio-init needs',
  why: 'istio-init needs NET_ADMIN and NET_RAW, which the Pod Security levels baseline and restricted forbid: new pods are rejected.',
  fix: 'Install the Istio CNI plugin, which needs no capabilities in the pod, or label the namespace pod-security.kubernetes.io/enforce=privileged.',
  references: [PAGES.podSecurity, PAGES.cni, PAGES.standards],
  versions: 'Kubernetes 1.25 and later (Pod Security Admission)',
  modes: ['sidecar'],
  needs: ['namespace'],
  uses: ['cni'],
  check: ({pod, predicted}, {namespace, cni}) => {
    const level = namespace.labels[ENFORCE]
    const init = injectedContainer(pod, 'istio-init')
    if (level === undefined || !FORBIDDING.includes(level)) return []
    if (cni === undefined)
      throw new Inconclusive(
        `namespace ${namespace.name} enforces Pod Security "${level}", which rejects istio-init (NET_ADMIN, NET_RAW); it is unknown whether istio-init or the CNI plugin sets up the rules`,
        'not-captured',
      )
    // TPROXY needs NET_ADMIN in the sidecar itself, also with the CNI plugin.
    const tproxy = inboundCapture(pod).interception === 'TPROXY'
    if (!tproxy && (cni.inUse || (init === undefined && !predicted))) return []
    const forbidden =
      tproxy && cni.inUse ? 'the NET_ADMIN that TPROXY needs in istio-proxy' : 'the NET_ADMIN and NET_RAW of istio-init'
    return [
      {
        message: `Namespace ${namespace.name} enforces Pod Security "${level}", which forbids ${forbidden}: new pods are rejected.`,
        object: {kind: 'Namespace', namespace: '', name: namespace.name},
        path: `metadata.labels["${ENFORCE}"]`,
        proof: [
          {from: `Namespace ${namespace.name}`, text: `${ENFORCE}: ${level}`},
          {from: 'interception', text: cni.because},
        ],
        ...definedFields({
          fix:
            tproxy && cni.inUse
              ? 'Use the interception mode REDIRECT, or label the namespace pod-security.kubernetes.io/enforce=privileged.'
              : undefined,
        }),
      },
    ]
  },
})
